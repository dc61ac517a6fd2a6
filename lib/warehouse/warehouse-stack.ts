/**
 * A warehouse without a copy of the data: Redshift Serverless over the tables that the lake declares, as `awsdatacatalog.<database>.<table>`.
 *
 * Redshift mounts the Glue catalog by itself and reads it as the calling IAM identity, so no custom resource creates an external schema.
 * An identity needs a grant by the admin once, which `kit query --grant` gives. The workgroup is in the account's default VPC, because
 * own subnets would need interface endpoints that bill at rest.
 * Idle cost: none, or with `warehouse.adminSecret` 0.013 USD per day for the secret; RPU are billed per second of a query, 60 at least.
 * Fails first: the deployment, when the default VPC was deleted; `doctor` checks it. No alarm: a failing query returns its error to the caller.
 */
import { CfnOutput } from 'aws-cdk-lib';
import { CompositePrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnNamespace, CfnWorkgroup } from 'aws-cdk-lib/aws-redshiftserverless';
import type { Construct } from 'constructs';
import type { Config } from '../config';
import type { LakeProps } from '../data-lake/lake-props';
import { databaseName } from '../data-lake/room';
import { arn } from '../shared/arns';
import { RoomStack } from '../shared/room-stack';
import { WAREHOUSE_DATABASE, warehouse } from './room';

export interface WarehouseStackProps extends LakeProps {
  readonly config: Config['warehouse'];
}

/** Namespace, workgroup, and the role for what people load by themselves. */
export class WarehouseStack extends RoomStack {
  constructor(scope: Construct, id: string, props: WarehouseStackProps) {
    super(scope, id, warehouse, props, 'ML lifecycle kit: warehouse over the lake');
    const { kit, config } = props;

    const role = this.addRole(props);
    const namespace = new CfnNamespace(this, 'Namespace', {
      namespaceName: kit,
      dbName: WAREHOUSE_DATABASE,
      defaultIamRoleArn: role.roleArn,
      iamRoles: [role.roleArn],
      manageAdminPassword: config.adminSecret ? true : undefined,
      finalSnapshotName: props.destroyData ? undefined : `${kit}-final`,
    });
    // A role without its policy would be attached, and COPY would fail for a minute.
    namespace.node.addDependency(role);
    const workgroup = new CfnWorkgroup(this, 'Workgroup', {
      workgroupName: kit,
      // The reference orders both ways: the namespace comes first and goes last.
      namespaceName: namespace.ref,
      // #region workgroup
      baseCapacity: config.baseRpu,
      maxCapacity: config.maxRpu,
      publiclyAccessible: false,
      // With it the workgroup would need subnets in three zones, and endpoints for everything that it reads.
      enhancedVpcRouting: false,
      configParameters: [
        { parameterKey: 'require_ssl', parameterValue: 'true' },
        { parameterKey: 'max_query_execution_time', parameterValue: `${config.maxQuerySeconds}` },
      ],
      // #endregion workgroup
    });
    new CfnOutput(this, warehouse.outputs.namespace, { value: namespace.ref });
    new CfnOutput(this, warehouse.outputs.workgroup, { value: workgroup.ref });
  }

  /** The namespace's default role: COPY and external schemas read the lake with it, queries of the mounted catalog do not. */
  private addRole({ kit, raw, curated, captured }: WarehouseStackProps): Role {
    const role = new Role(this, 'LakeReader', {
      // #region reader
      assumedBy: new CompositePrincipal(
        new ServicePrincipal('redshift.amazonaws.com'),
        new ServicePrincipal('redshift-serverless.amazonaws.com'),
      ),
      // #endregion reader
    });
    for (const bucket of [raw, curated, captured]) bucket.grantRead(role);
    const database = databaseName(kit);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartition', 'glue:GetPartitions'],
        resources: ['catalog', `database/${database}`, `table/${database}/*`].map((resource) => arn('glue', resource)),
      }),
    );
    return role;
  }
}
