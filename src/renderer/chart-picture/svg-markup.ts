type Attributes = Readonly<Record<string, string | number | null>>;

/** An SVG element as text. Numbers are rounded to what can be seen; null leaves an attribute out. */
export function svgElement(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === null
      ? ''
      : ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(value)}"`,
  );
  return `<${name}${written.join('')}${content === '' ? '/>' : `>${content}</${name}>`}`;
}

/** Text as the content of an element. */
export function svgText(text: string): string {
  return escaped(text);
}

/** Hundredths of a pixel. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/**
 * A colour as two attributes, since not every program reads one with its opacity in it. Takes what
 * browsers resolve colours to.
 */
export function paint(property: 'fill' | 'stroke', colour: string): Attributes {
  const parts = /^rgba?\(([^)]+)\)$/.exec(colour)?.[1]?.split(/[\s,/]+/) ?? [];
  const [red, green, blue, opacity] = parts;
  if (red === undefined || green === undefined || blue === undefined) return { [property]: colour };
  return {
    [property]: `rgb(${red}, ${green}, ${blue})`,
    [`${property}-opacity`]: opacity === undefined || opacity === '1' ? null : opacity,
  };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return (
    text
      // XML has no place for these, not even escaped.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
      .replace(/[&<>"]/g, character => entities[character] ?? character)
  );
}
