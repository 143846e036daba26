/** The tokens that canvases draw with; each is registered as a colour in styles/tokens.css. */
const tokens = {
  used: '--series-used',
  prefill: '--series-prefill',
  decode: '--series-decode',
  engine: '--series-engine',
  host: '--series-host',
  vram: '--series-vram',
  weights: '--series-weights',
  grid: '--chart-grid',
  axis: '--chart-axis',
  cursor: '--chart-cursor',
  warning: '--warning',
  free: '--series-free',
  template: '--series-queue',
  system: '--series-system',
  reasoning: '--series-restore',
  history: '--series-history',
  prompt: '--series-prompt',
  answer: '--series-answer',
} as const;

export type PaletteColour = keyof typeof tokens;

export type ChartPalette = Readonly<Record<PaletteColour, string>>;

/** The token of a colour without its dashes, for what is drawn by style sheets. */
export function tokenOf(colour: PaletteColour): string {
  return tokens[colour].slice(2);
}

function readPalette(): ChartPalette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: PaletteColour) => style.getPropertyValue(tokens[name]).trim();
  return {
    used: read('used'),
    prefill: read('prefill'),
    decode: read('decode'),
    engine: read('engine'),
    host: read('host'),
    vram: read('vram'),
    weights: read('weights'),
    grid: read('grid'),
    axis: read('axis'),
    cursor: read('cursor'),
    warning: read('warning'),
    free: read('free'),
    template: read('template'),
    system: read('system'),
    reasoning: read('reasoning'),
    history: read('history'),
    prompt: read('prompt'),
    answer: read('answer'),
  };
}

/** Calls back with the palette now and whenever the theme has changed. */
export function followPalette(onPalette: (palette: ChartPalette) => void): Disposable {
  const update = () => onPalette(readPalette());
  const attribute = new MutationObserver(update);
  attribute.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme'],
  });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', update);
  update();
  return {
    [Symbol.dispose]() {
      attribute.disconnect();
      system.removeEventListener('change', update);
    },
  };
}

/** The same colour, let through to `opacity` (0..1). Takes the `rgb(...)` that browsers resolve to. */
export function translucent(colour: string, opacity: number): string {
  const channels = /^rgb\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*\)$/.exec(colour);
  if (channels === null) return colour;
  return `rgb(${channels[1]} ${channels[2]} ${channels[3]} / ${opacity})`;
}
