import { stackTags } from './kit';

test('a stack is tagged itself: tags of constructs do not reach it', () => {
  expect(stackTags('etl')).toEqual({ kit: 'mlkit', profile: 'sandbox', room: 'etl' });
  expect(stackTags('serving-model').room).toBe('serving');
});
