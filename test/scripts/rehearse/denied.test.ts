import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { covers, inUse } from '../../../scripts/rehearse/denied';

test.each([
  ['s3:GetObject*', 's3:GetObjectVersion', true],
  ['s3:Get?bject', 's3:getObject', true],
  ['s3:GetObject', 's3:GetObjectVersion', false],
  ['sagemaker:*', 's3:GetObject', false],
])('%s covers %s: %s', (pattern, action, expected) => expect(covers(pattern, action)).toBe(expected));

describe('inUse', () => {
  const statement = (...Action: string[]) => ({ Effect: 'Allow', Action });
  const draw = (...Statement: object[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
    const Properties = { Roles: [{ Ref: 'JobRole1' }], PolicyDocument: { Statement } };
    writeFileSync(
      join(folder, 'Etl.template.json'),
      JSON.stringify({ Resources: { Policy: { Type: 'AWS::IAM::Policy', Properties } } }),
    );
    const found = inUse(folder, [
      { principal: 'mlkit-etl-JobRole1-ABC/run', action: 's3:GetObject' },
      { principal: 'mlkit-etl-OtherRole-ABC/run', action: 's3:PutObject' },
    ]);
    rmSync(folder, { recursive: true });
    return found.map(({ statement: index, actions }) => [index, actions]);
  };

  test('finds the statement whose action the role used', () =>
    expect(draw(statement('s3:PutObject'), statement('s3:Get*', 's3:List*'))).toEqual([[1, ['s3:GetObject']]]));

  test('leaves out a statement that another one covers: the run would not miss it', () =>
    expect(draw(statement('s3:GetObject'), statement('s3:*'))).toEqual([]));
});
