import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { watchCaptured } from '../../scripts/operate/captured';
import { kit, listener } from './kit';

jest.mock('../../scripts/operate/pace', () => ({ pause: async () => undefined }));
const s3 = mockClient(S3Client);
const listed = (...keys: string[]) => ({ Contents: keys.map((Key) => ({ Key })) });
const holds = (Key: string, text: string) =>
  s3
    .on(GetObjectCommand, { Bucket: 'captured', Key })
    .resolves({ Body: { transformToString: async () => text } } as never);

beforeEach(() => {
  s3.reset();
  holds('a', '{}\n{}\n');
  holds('b', '{}\n');
});
afterEach(() => jest.restoreAllMocks());

test('records are waited for until all have arrived, and what lay there before is not counted', async () => {
  s3.on(ListObjectsV2Command)
    .resolvesOnce(listed('earlier'))
    .resolvesOnce(listed('earlier'))
    .resolvesOnce(listed('earlier', 'a'))
    .resolves(listed('earlier', 'a', 'b'));
  const out = listener();
  await expect((await watchCaptured(kit))(3, out)).resolves.toBe(3);
  expect(s3.commandCalls(GetObjectCommand).map(({ args }) => args[0].input.Key)).toEqual(['a', 'b']);
  expect(out.lines).toEqual([]);
});

test('records that do not arrive are told, and end the wait', async () => {
  s3.on(ListObjectsV2Command).resolvesOnce({}).resolves(listed('a'));
  const arrived = await watchCaptured(kit);
  jest.spyOn(Date, 'now').mockReturnValueOnce(0).mockReturnValue(300_001);
  const out = listener();
  await expect(arrived(3, out)).resolves.toBe(2);
  expect(out.lines).toEqual(['only 2 of 3 requests were captured within 5 minutes']);
});
