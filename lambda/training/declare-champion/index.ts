/**
 * Custom resource: the champion parameter, written once. CloudFormation would overwrite the value of a declared parameter whenever a stack
 * tag or description changes.
 */
import { DeleteParameterCommand, PutParameterCommand, SSMClient, type Tag } from '@aws-sdk/client-ssm';
import { unlessAbsent } from '../../../lib/shared/absent';
import { NO_MODEL } from '../../../lib/training/room';
import { answering } from '../../shared/custom-resource';

interface Properties {
  readonly Name: string;
  readonly Description: string;
  readonly Tags: Tag[];
}

const ssm = new SSMClient({});

export const handler = answering<Properties>({
  id: ({ Name }) => Name,
  carryOut: async (event) => {
    const { Name, Description, Tags } = event.ResourceProperties;
    if (event.RequestType === 'Create')
      await ssm.send(new PutParameterCommand({ Name, Description, Value: NO_MODEL, Type: 'String', Tags }));
    if (event.RequestType === 'Delete' && event.PhysicalResourceId === Name)
      await unlessAbsent(ssm.send(new DeleteParameterCommand({ Name })));
  },
});
