import { setTimeout as sleep } from 'node:timers/promises';
import { SFNClient } from '@aws-sdk/client-sfn';
import { pause } from '../../scripts/operate/pace';

jest.mock('node:timers/promises', () => ({ setTimeout: jest.fn().mockResolvedValue(undefined) }));

const aws = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

test.each([
  ['AWS', undefined, 5000, 5000],
  ["AWS's endpoint inside a VPC", 'https://vpce-0a1b.states.us-east-1.vpce.amazonaws.com', 5000, 5000],
  ['an emulator', 'http://127.0.0.1:4566', 5000, 200],
  ['an emulator by name', 'http://localhost:4566', 2000, 200],
  ['an emulator that would be asked sooner', 'http://[::1]:4566', 100, 100],
])('the pause between two looks at %s', async (_, endpoint, asked, waited) => {
  await pause(new SFNClient({ ...aws, endpoint }), asked);
  expect(sleep).toHaveBeenLastCalledWith(waited);
});

test('an endpoint of the environment counts as well', async () => {
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:4566';
  try {
    await pause(new SFNClient(aws), 5000);
  } finally {
    delete process.env.AWS_ENDPOINT_URL;
  }
  expect(sleep).toHaveBeenLastCalledWith(200);
});
