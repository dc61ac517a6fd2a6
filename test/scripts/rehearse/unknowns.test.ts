import { assume, assumedByDefault } from '../../../scripts/rehearse/unknowns';

test('an answer of AWS is assumed by name, and what is not known is refused with the list', () => {
  expect(assume('processing-slash=keep', assumedByDefault)).toEqual({
    ...assumedByDefault,
    'processing-slash': 'keep',
  });
  for (const text of ['processing-slash=perhaps', 'processing-flash=keep', 'processing-slash'])
    expect(() => assume(text, assumedByDefault)).toThrow('processing-slash=join|keep, redshift-lake-reader=');
});
