import { join } from 'node:path';
import { CfnJob } from 'aws-cdk-lib/aws-glue';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { Config } from '../config';
import { arn } from '../shared/arns';
import { GlueModules } from '../shared/job-code';

export interface FeatureJobProps {
  readonly dataset: string;
  readonly config: Config['etl'];
  readonly raw: IBucket;
  readonly curated: IBucket;
}

/** The Glue job of jobs/etl/etl.py. */
export class FeatureJob extends Construct {
  readonly jobName: string;
  readonly jobArn: string;

  constructor(scope: Construct, id: string, { config, dataset, raw, curated }: FeatureJobProps) {
    super(scope, id);
    // AWSGlueServiceRole would also permit every bucket named aws-glue-*; these are the statements of it that the job needs.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('glue.amazonaws.com') });
    raw.grantRead(role);
    curated.grantReadWrite(role);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [arn('logs', 'log-group:/aws-glue/*')],
      }),
    );
    const script = new Asset(this, 'Script', { path: join(__dirname, '../../jobs/etl/etl.py') });
    const modules = new GlueModules(this, 'Modules', dataset);
    script.grantRead(role);
    modules.asset.grantRead(role);

    const job = new CfnJob(this, 'Job', {
      role: role.roleArn,
      description: 'Joins, row rules and features of partitions',
      command: { name: 'glueetl', pythonVersion: '3', scriptLocation: script.s3ObjectUrl },
      // #region job
      // Spark 3.5.4 and Python 3.11, the versions the rehearsal runs.
      glueVersion: '5.0',
      workerType: 'G.1X',
      numberOfWorkers: config.workers,
      timeout: config.timeoutMinutes,
      maxRetries: 0,
      // Several manifests may land at once; more runs would exceed a new account's DPU limit. Prepare waits for a free place.
      executionProperty: { maxConcurrentRuns: 3 },
      defaultArguments: {
        '--extra-py-files': modules.asset.s3ObjectUrl,
        '--raw': raw.s3UrlForObject(''),
        '--curated': curated.s3UrlForObject(''),
        '--job-bookmark-option': 'job-bookmark-disable',
      },
      // #endregion job
    });
    // A job can be created before its role may read the script, and its first run would fail.
    job.node.addDependency(role);
    this.jobName = job.ref;
    this.jobArn = arn('glue', `job/${job.ref}`);
  }
}
