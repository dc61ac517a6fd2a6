import { stack } from './kit';

test('a stack is tagged itself: tags of constructs do not reach it', () => {
  expect(stack('etl').tags.tagValues()).toEqual({ kit: 'mlkit', profile: 'sandbox', room: 'etl' });
  expect(stack('serving-model').tags.tagValues().room).toBe('serving');
});
