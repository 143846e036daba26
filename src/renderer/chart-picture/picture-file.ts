import { saveFile } from '../ui/saved-file.ts';
import { composePicture, pictureFont, type SvgPicture } from './chart-picture.ts';
import { type FramedChart, readChart } from './framed-chart.ts';
import { dateText, pictureFileName } from './picture-name.ts';

export type PictureFormat = 'png' | 'svg';

/** Pixels of a PNG for each CSS pixel. */
const pngScale = 2;

/** Lets the user save what a chart shows right now as a picture in the colours of the theme. */
export async function saveChart(chart: FramedChart, format: PictureFormat): Promise<void> {
  const now = new Date();
  const measure = textMeasure();
  const picture = composePicture({ ...readChart(chart), date: dateText(now) }, measure);
  const svg = new Blob([picture.svg], { type: 'image/svg+xml' });
  const file = format === 'svg' ? svg : await rasterise(picture);
  saveFile(pictureFileName(chart.title, now, format), file);
}

function textMeasure(): Parameters<typeof composePicture>[1] {
  const context = contextOf(document.createElement('canvas'));
  return (text, { size, weight = 400 }) => {
    context.font = `${weight} ${size}px ${pictureFont}`;
    return context.measureText(text).width;
  };
}

async function rasterise({ svg, width, height }: SvgPicture): Promise<Blob> {
  const image = new Image();
  // The page may show pictures from addresses of this kind only.
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * pngScale;
  canvas.height = height * pngScale;
  contextOf(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
  const { promise, resolve, reject } = Promise.withResolvers<Blob>();
  canvas.toBlob(blob => {
    if (blob === null) reject(new Error('The browser made no PNG of the chart.'));
    else resolve(blob);
  }, 'image/png');
  return await promise;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('The browser has no canvas to draw the chart on.');
  return context;
}
