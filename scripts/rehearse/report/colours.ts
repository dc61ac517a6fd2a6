/** Colours of the report and of its picture, on light pages, on dark ones, and on paper. */

/** One colour per model version; after the sixth they begin anew. */
const VERSIONS: readonly [light: string, dark: string][] = [
  ['#0a58a8', '#6cb2ff'],
  ['#00786b', '#4fd1bd'],
  ['#7b3fa0', '#c79bf2'],
  ['#b0126b', '#ff8ac2'],
  ['#5f6b00', '#c5d15a'],
  ['#44545e', '#a9bcc6'],
];
const NAMED = {
  paper: ['#ffffff', '#12171e'],
  ink: ['#1c2430', '#e6ebf1'],
  soft: ['#55606e', '#a3afbd'],
  rim: ['#d8dee6', '#3a4552'],
  shade: ['#f3f6fa', '#1d252f'],
  rule: ['#8a5a00', '#e0b050'],
  bad: ['#b3261e', '#ff8a80'],
  band: ['#fbdcd6', '#4a211d'],
  none: ['#c3ccd6', '#56616d'],
  over: ['#e07b00', '#ff9d2e'],
  under: ['#2f7fc1', '#3f8fd1'],
} as const;

/** Custom properties for an element, named `--ink` and so on, and `--v` below an element of a version's class. */
export function colours(of: string): string {
  const names = (dark: 0 | 1) =>
    Object.entries(NAMED)
      .map(([name, pair]) => `--${name}:${pair[dark]}`)
      .join(';');
  const versions = (dark: 0 | 1) => VERSIONS.map((pair, i) => `${of} .v${i + 1}{--v:${pair[dark]}}`).join(' ');
  return `${of} { ${names(0)}; --v: var(--soft) } ${versions(0)}
  @media screen and (prefers-color-scheme: dark) { ${of} { ${names(1)} } ${versions(1)} }`;
}

/** Class that sets the colour of a version; a model without a number is grey. */
export const classOfVersion = (version: number | undefined): string =>
  version === undefined ? 'unversioned' : `v${((version - 1) % VERSIONS.length) + 1}`;
