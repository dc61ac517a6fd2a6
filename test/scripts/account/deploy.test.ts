import { importers } from '../../../scripts/account/deploy';

const stack = (room: 'serving' | 'serving-model' | 'warehouse', imported?: string) => ({
  name: `mlkit-${room}`,
  room,
  template: {
    Resources: { One: { Type: 'AWS::SNS::Topic', Properties: { Name: { 'Fn::ImportValue': imported } } } },
  },
});

test('who imports from a stack that goes is updated before; the stack itself, and who imports from others, is not', () => {
  const standing = [
    stack('warehouse', 'mlkit-warehouse:ExportsOutputOwn'),
    stack('serving', 'mlkit-data-lake:ExportsOutputRaw'),
    stack('serving-model', 'mlkit-warehouse:ExportsOutputRole'),
  ];
  expect(importers(standing, ['mlkit-warehouse'])).toEqual(['ServingModel']);
  expect(importers(standing, ['mlkit-ware'])).toEqual([]);
});
