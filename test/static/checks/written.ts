/** What the kit writes at run time is no template's to write. */
import { edit, type Check } from '../check';

export const written: Check[] = [
  {
    holds: 'CloudFormation declares no parameter: it would write its first value again with every changed tag or text',
    find: (model) =>
      model.ofType('AWS::SSM::Parameter').map(({ id }) => ({
        at: id,
        problem:
          'an update of its tags, or of those of its stack, writes the value of the template over what was written since',
      })),
    mutations: [
      {
        breaks: edit('Custom::Champion', (resource) => {
          resource.Type = 'AWS::SSM::Parameter';
          resource.Properties = { Name: '/mlkit/champion', Type: 'String', Value: 'none' };
        }),
        finds: /writes the value of the template over/,
      },
    ],
  },
];
