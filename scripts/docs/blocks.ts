/** Pages that people write: what stands between `<!-- generated: name argument -->` and `<!-- end -->` is written by `npm run docs`, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../shared/cdk';

/** Lines of a block by its name, made of the argument that the page gives. */
export type Blocks = Readonly<Record<string, (argument: string) => string[]>>;

/** The page as it is, with its blocks written anew. @throws Error where it asks for a block that nothing writes */
export function filledIn(path: string, blocks: Blocks): string {
  return readFileSync(join(ROOT, path), 'utf8').replace(
    /(<!-- generated: ([\w-]+)(?: (.+))? -->\n)[^]*?(<!-- end -->)/g,
    (_, start: string, name: string, argument: string | undefined, end: string) => {
      const block = blocks[name];
      if (block === undefined)
        throw new Error(`${path} asks for the block "${name}": write one of ${Object.keys(blocks).join(', ')}`);
      return `${start}\n${block(argument ?? '')
        .join('\n')
        .trim()}\n\n${end}`;
    },
  );
}

/** An excerpt as a page shows it. @param reference `path#name`: a region of that name, or of a Python file also a function */
export function excerpt(reference: string): string[] {
  const [path = '', name = ''] = reference.split('#');
  const lines = excerptOf(readFileSync(join(ROOT, path), 'utf8'), name);
  if (lines === undefined) throw new Error(`${path} has no region "${name}": write // #region ${name}`);
  return [`\`\`\`${path.split('.').at(-1)}`, ...lines, '```', '', `From [${path}](../../${path}).`];
}

const MARK = /^\s*(?:\/\/|#) (?:#(?:end)?region|eslint-disable)\b/;

/** The lines of a region, which may have several places, without their indentation; of a Python file also a function at the top level. */
export function excerptOf(source: string, name: string): string[] | undefined {
  const region = new RegExp(`^ *(?://|#) #region ${name}\\n([^]*?)^ *(?://|#) #endregion ${name}$`, 'gm');
  const places = [...source.matchAll(region)].map(([, place]) => place!);
  const [python] = new RegExp(`^def ${name}\\([^]*?(?=\\n\\n\\n)`, 'm').exec(source) ?? [];
  if (places.length === 0 && python === undefined) return undefined;
  return (python === undefined ? places : [python]).flatMap((place, i) => {
    const lines = place
      .trimEnd()
      .split('\n')
      .filter((line) => !MARK.test(line));
    const indent = Math.min(...lines.filter((line) => line !== '').map((line) => line.search(/\S/)));
    return [...(i === 0 ? [] : ['// …']), ...lines.map((line) => line.slice(indent))];
  });
}
