/** A Region without the image: a template that does not know its Region yet refuses there by itself. */
import type { Json } from '../../shared/json';
import { list } from '../../../scripts/shared/model';
import type { Check, Mutation } from '../check';

const IMAGE_MAP = /Image/;

const inTraining =
  (change: (template: Json) => void): Mutation['breaks'] =>
  (templates) => {
    const broken = structuredClone(templates);
    change(broken.training);
    return broken;
  };

export const region: Check[] = [
  {
    holds: 'a template that looks up an image account refuses Regions without one, in a sentence',
    find: (model) =>
      Object.entries<Json>(model.templates).flatMap(([stack, { Mappings = {}, Rules = {} }]) =>
        Object.entries<Json>(Mappings)
          .filter(([name]) => IMAGE_MAP.test(name))
          .flatMap(([name, accounts]) => {
            const assertions = Object.values<Json>(Rules).flatMap(({ Assertions }) => list<Json>(Assertions));
            const rule = assertions.find(({ Assert }) => {
              const [regions = [], of] = Assert['Fn::Contains'] ?? [];
              return of?.Ref === 'AWS::Region' && [...regions].sort().join() === Object.keys(accounts).sort().join();
            });
            if (rule === undefined)
              return [{ at: stack, problem: `no rule refuses the Regions that ${name} does not have` }];
            return /Region/.test(rule.AssertDescription)
              ? []
              : [{ at: stack, problem: 'the rule does not say what is wrong' }];
          }),
      ),
    mutations: [
      { breaks: inTraining((template) => delete template.Rules), finds: /training: no rule refuses/ },
      {
        breaks: inTraining(({ Mappings }) => (Mappings.XgboostImage['mx-central-1'] = { account: '1' })),
        finds: /training: no rule refuses/,
      },
      {
        breaks: inTraining(({ Rules }) => {
          Rules.RegionHasXgboostImage.Assertions[0].AssertDescription = 'no';
        }),
        finds: /does not say/,
      },
    ],
  },
];
