/** The first states of Prepare: they read a manifest and check that its files form complete partitions, before anything is started. */
import { body, call, choice, failsAs, filled, isDated, jsonata, literal, readJson, states } from '../shared/asl';
import type { Dataset } from '../shared/dataset-file';
import { layout } from '../shared/names';

/** The only supported source of a manifest. */
const FILES = 'files';

/** The partitions of the manifest, each once and sorted, so that executions with the same leases cannot wait for each other. */
const asked = '$sort($distinct([$manifest.partitions]))';
const isText = (value: string) => `$type(${value}) = 'string'`;
const EXAMPLES = { month: '2013-02', day: '2013-02-01' };
/** The values of a file that Prepare and the job compare. */
const described = `$count([$manifest.files][$not(${isText('partition')} and ${isText('table')} and ${isText('key')} and $type(bytes) = 'number' and ($not($exists(rows)) or $type(rows) = 'number'))]) = 0`;

/** JSONata: the faults of the files of the partition `$p`; empty when it is complete. */
const problems = (tables: string) => `(
  $files := [$checked[partition = $p]];
  $missing := ${tables}[$not($ in $files.table)];
  $unknown := $distinct($files.table)[$not($ in ${tables})];
  $twice := ${tables}[($t := $; $count($files[table = $t]) > 1)];
  [
    $count($missing) > 0 ? 'the manifest names no file of ' & $join($missing, ', '),
    $count($unknown) > 0 ? 'dataset.json declares no table ' & $join($unknown, ', '),
    $count($twice) > 0 ? 'the manifest names more than one file of ' & $join($twice, ', '),
    $files[problem != ''].problem
  ]
)`;

/** The finding about a file, in JSONata; `file` is its entry in the manifest. */
const checked = (file: string, problem: string) => ({
  partition: jsonata(`${file}.partition`),
  table: jsonata(`${file}.table`),
  problem: jsonata(problem),
});

/** Reads the manifest and separates incomplete partitions. */
export function checkStates<const Failure extends string, const Next extends string>(
  raw: string,
  { partition: grain, raw: tables }: Pick<Dataset, 'partition' | 'raw'>,
  next: Next,
  failure: Failure,
) {
  const example = EXAMPLES[grain];
  // A name becomes part of keys, a lease and an argument of the job.
  const named = `$count([$manifest.partitions][$not(${isDated('$', grain)})]) = 0`;
  // Files of a partition that is not listed would be ignored.
  const listed = '$count([$manifest.files][$not(partition in [$manifest.partitions])]) = 0';
  const place = { table: '$states.input.table', grain: literal(grain), partition: '$states.input.partition' };
  const expectedKey = filled(layout.raw.tables, place);
  return states({
    ReadManifest: readJson(raw, jsonata('$manifestKey'), {
      Assign: { manifest: jsonata(body) },
      Next: 'IsManifest',
    }),
    IsManifest: choice(
      `$type($manifest) = 'object' and $manifest.source = '${FILES}' and $count($manifest.partitions) > 0 and ${named} and ${described} and ${listed}`,
      { yes: 'CheckFiles', no: 'NoManifest' },
    ),
    NoManifest: failsAs(
      'InvalidManifest',
      `$manifestKey & ' has the source ' & $string($manifest.source) & ', the partitions ' & $string($manifest.partitions) & ' and ' & $count($manifest.files) & " files: write {\\"partitions\\": [\\"${example}\\"], \\"source\\": \\"${FILES}\\", \\"files\\": [{\\"partition\\", \\"table\\", \\"key\\", \\"bytes\\": number, \\"rows\\": number}, ...]}, each of a listed partition, which is a ${grain}"`,
      failure,
    ),
    CheckFiles: {
      Type: 'Map',
      Items: jsonata('[$manifest.files]'),
      MaxConcurrency: 5,
      ItemProcessor: {
        StartAt: 'IsInPlace',
        States: {
          // The job finds its files by table and partition, so a file under another key would never be read.
          IsInPlace: choice(`$states.input.key = ${expectedKey}`, { yes: 'HeadFile', no: 'Elsewhere' }),
          Elsewhere: {
            Type: 'Pass',
            Output: checked('$states.input', `$states.input.key & ' is not where the job looks: ' & ${expectedKey}`),
            End: true,
          },
          HeadFile: call(
            'aws-sdk:s3:headObject',
            { Bucket: raw, Key: jsonata('$states.input.key') },
            {
              Output: checked(
                '$states.input',
                "$states.result.ContentLength = $states.input.bytes ? '' : $states.input.key & ' has ' & $states.result.ContentLength & ' bytes, the manifest says ' & $states.input.bytes",
              ),
              // A retry does not help with a missing file.
              Retry: [],
              Catch: [
                {
                  ErrorEquals: ['States.ALL'],
                  Next: 'Unreadable',
                  Assign: { error: jsonata('$states.errorOutput.Error') },
                },
              ],
              End: true,
            },
          ),
          Unreadable: {
            Type: 'Pass',
            Output: checked(
              '$states.context.Map.Item.Value',
              "$states.context.Map.Item.Value.key & ' cannot be read (' & $error & ')'",
            ),
            End: true,
          },
        },
      },
      Assign: { checked: jsonata('$states.result') },
      Next: 'SortOut',
    },
    SortOut: {
      Type: 'Pass',
      Assign: {
        found: jsonata(
          `[${asked}.($p := $; {'partition': $p, 'problems': ${problems(literal(Object.keys(tables)))}})]`,
        ),
      },
      Next: 'SetApart',
    },
    SetApart: {
      Type: 'Pass',
      Assign: {
        partitions: jsonata('[$found[$count(problems) = 0].partition]'),
        refused: jsonata(
          "[$found[$count(problems) > 0].{'partition': partition, 'refused': $join(problems, '; ') & '. Upload the files, then the manifest again'}]",
        ),
      },
      Next: 'AreAnyComplete',
    },
    AreAnyComplete: choice('$count($partitions) > 0', { yes: next, no: 'Refused' }),
  });
}
