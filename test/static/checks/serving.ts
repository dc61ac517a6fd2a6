/** What the image's server may do where the model runs: a serverless container has no root, and writes to /tmp alone. */
import type { Json } from '../../shared/json';
import { rewrite, type Check } from '../check';
import { list } from '../../../scripts/shared/model';

/** Each setting of the package that keeps the server's start away from what it cannot write, and what fails without it. */
const NEEDED: Record<string, readonly [pattern: RegExp, fails: string]> = {
  SAGEMAKER_USE_NGINX: [/^false$/, 'nginx gets a configuration below /etc'],
  SAGEMAKER_BASE_DIR: [/^\/tmp\//, 'the module is copied below /opt/ml'],
  PIP_TARGET: [/^\/tmp\//, "pip installs into the image's Python"],
  TMPDIR: [/^\/tmp$/, 'temporary files go to the home of another user'],
  HOME: [/^\/tmp$/, "gunicorn and pip write below root's home"],
};

export const serving: Check[] = [
  {
    holds: 'a model package starts in a container that writes to /tmp alone, where the endpoint is serverless',
    find: (model) => {
      const configs = model.ofType('AWS::SageMaker::EndpointConfig');
      const variants = configs.flatMap(({ properties }) => list<Json>(properties.ProductionVariants));
      if (!variants.some(({ ServerlessConfig }) => ServerlessConfig)) return [];
      return model.tasks
        .filter(({ integration }) => integration === 'aws-sdk:sagemaker:createModelPackage')
        .flatMap(({ machine, state, arguments: args }) =>
          list<Json>(args.InferenceSpecification.Containers).flatMap(({ Environment = {} }) =>
            Object.entries(NEEDED)
              .filter(([name, [pattern]]) => !pattern.test(Environment[name] ?? ''))
              .map(([name, [pattern, fails]]) => ({
                at: `${machine.id} ${state}`,
                problem: `${name} is ${Environment[name] ?? 'absent'}, not ${pattern.source}: ${fails}, which a serverless container refuses`,
              })),
          ),
        );
    },
    mutations: Object.keys(NEEDED).map((name) => ({
      breaks: rewrite(new RegExp(`\\\\"${name}\\\\":\\\\"[^"]*\\\\",?`), ''),
      finds: new RegExp(`${name} is absent.*a serverless container refuses`),
      only: ['sandbox'],
    })),
  },
];
