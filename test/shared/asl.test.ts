import { call, machine, states } from '../../lib/shared/asl';

const end = { Type: 'Succeed' } as const;

test('a state that leads to no state of its machine does not compile', () => {
  // @ts-expect-error -- no state is called Gone
  machine({ StartAt: 'Begin', States: { Begin: { Type: 'Pass', Next: 'Gone' }, End: end } });
  // @ts-expect-error -- no state is called Gone
  machine({ StartAt: 'Begin', States: { Begin: call('sns:publish', {}, { Next: 'Gone' }), End: end } });
  // @ts-expect-error -- no state is called Begin
  machine({ StartAt: 'Begin', States: { End: end } });
  const caught = [{ ErrorEquals: ['States.ALL'], Next: 'Gone' }] as const;
  // @ts-expect-error -- no state is called Gone
  machine({ StartAt: 'Begin', States: { Begin: call('sns:publish', {}, { Catch: caught, Next: 'End' }), End: end } });
  const choice = states({
    Begin: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'End' }], Default: 'Gone' },
  });
  // @ts-expect-error -- no state is called Gone
  machine({ StartAt: 'Begin', States: { ...choice, End: end } });
  const name: string = 'End';
  // @ts-expect-error -- which state it is cannot be checked
  machine({ StartAt: 'Begin', States: { Begin: { Type: 'Pass', Next: name }, End: end } });
});

test('its own states and the failure path do', () => {
  const { States } = machine({
    StartAt: 'Begin',
    States: {
      Begin: call('sns:publish', {}, { Next: 'End', Catch: [{ ErrorEquals: ['X'], Next: 'Alert' }] }),
      End: end,
    },
  });
  expect(Object.keys(States)).toEqual(['Begin', 'End']);
});
