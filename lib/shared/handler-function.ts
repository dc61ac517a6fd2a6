import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { declaredFile } from './datasets';

const ROOT = join(__dirname, '../..');

export interface HandlerFunctionProps {
  readonly room: string;
  /** Folder below `lambda/<room>/`; its `index.ts` exports `handler`. */
  readonly handler: string;
  /** Description of the function in the console. */
  readonly description: string;
  /** Values by the names in the `env` of the rooms' contracts. @default none */
  readonly environment?: Record<string, string>;
  readonly timeout: Duration;
  readonly logRetention: RetentionDays;
  /** Memory also determines CPU; a bundled handler with 512 MB starts in about half the time of 128. @default 512 */
  readonly memoryMb?: number;
  /** Name of the dataset whose file the handler imports as `#dataset`. @default that of `datasets/default` */
  readonly dataset?: string;
  /** The queue for asynchronous invocations that failed three times. @default none */
  readonly deadLetterQueue?: NodejsFunctionProps['deadLetterQueue'];
}

/** Defines runtime, architecture, bundling, logs and tracing of every function. */
export class HandlerFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id, {
      entry: join(ROOT, 'lambda', props.room, props.handler, 'index.ts'),
      projectRoot: ROOT,
      depsLockFilePath: join(ROOT, 'package-lock.json'),
      description: props.description,
      environment: { ...props.environment, NODE_OPTIONS: '--enable-source-maps' },
      timeout: props.timeout,
      memorySize: props.memoryMb ?? 512,
      deadLetterQueue: props.deadLetterQueue,
      // Support of Node 22 ends within a year.
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      // It is no child, because the function does not exist before super().
      // eslint-disable-next-line awscdk/no-variable-construct-id
      logGroup: new LogGroup(scope, `${id}Logs`, {
        retention: props.logRetention,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      bundling: {
        // The target is Node 20, so that the rehearsal runs the same file.
        target: 'node20',
        format: OutputFormat.CJS,
        // The SDK of the runtime could change under a deployed function.
        externalModules: [],
        sourceMap: true,
        sourcesContent: false,
        // A cold start loads half as much; stack traces use the source map beside the bundle.
        minify: true,
        esbuildArgs: props.dataset === undefined ? undefined : { '--alias:#dataset': declaredFile(props.dataset) },
      },
    });
  }

  /** Grants exactly `actions` on `resources` to the function. */
  allow(actions: string[], resources: string[]): void {
    this.addToRolePolicy(new PolicyStatement({ actions, resources }));
  }
}
