/** Registers a promoted model as a version with its metrics, and approves it or requests approval. */
import { body, call, jsonata, publish, readJson, type State, states } from '../shared/asl';
import { layout } from '../shared/names';
import { packageMetadata } from './room';
import { servingEnvironment } from './serving-environment';
import type { TrainMachineProps } from './train-machine';

export function registrationStates(props: TrainMachineProps) {
  const files = layout.files.evaluation;
  const source = (file: string) => ({ ContentType: 'application/json', S3Uri: jsonata(`$evaluation & '${file}'`) });
  const quality = { Statistics: source(files.metrics), Constraints: source(files.qualityConstraints) };
  const data = { Statistics: source(files.statistics), Constraints: source(files.constraints) };
  const analysis = source(files.analysis);
  // Metadata values may contain letters, digits and these characters.
  const plain = (expression: string) => jsonata(`$replace($string(${expression}), /[^A-Za-z0-9 _.:\\/=+@-]/, '-')`);
  const promoted = {
    outcome: 'Promoted',
    modelPackageArn: jsonata('$package'),
    reason: jsonata('$decision.reason'),
    decision: jsonata('$decision'),
  };
  const automatic = props.config.approval === 'automatic';
  // The configuration selects one of the two.
  const approval: Partial<Record<'Approve' | 'AskForApproval', State<'Promoted'>>> = automatic
    ? {
        Approve: call(
          'aws-sdk:sagemaker:updateModelPackage',
          {
            ModelPackageArn: jsonata('$package'),
            ModelApprovalStatus: 'Approved',
            ApprovalDescription: jsonata("$substring('Approved by the gate: ' & $decision.reason, 0, 1024)"),
          },
          { Next: 'Promoted' },
        ),
      }
    : {
        AskForApproval: publish(
          props.alertsTopicArn,
          'A model waits for approval',
          "$package & ' passed the gate (' & $decision.reason & '). Decide with: npm run kit -- approve, or npm run kit -- reject'",
          { Next: 'Promoted' },
        ),
      };
  return states({
    ReadModelCard: readJson(props.artifacts, jsonata(`$evaluationKey & '${files.modelCard}'`), {
      // One line, because SageMaker's pattern for the content permits no line break.
      Assign: { modelCard: jsonata(`$string(${body})`) },
      Next: 'Register',
    }),
    Register: call(
      'aws-sdk:sagemaker:createModelPackage',
      {
        // #region registration
        ModelPackageGroupName: props.modelPackageGroup,
        // A repeated call of one execution returns the first package.
        ClientToken: jsonata("$substring($hash($states.context.Execution.Id, 'SHA-256'), 0, 36)"),
        ModelPackageDescription: jsonata("$substring($trained & ': ' & $decision.reason, 0, 1024)"),
        ModelApprovalStatus: 'PendingManualApproval',
        // #endregion registration
        InferenceSpecification: {
          Containers: [
            {
              Image: props.imageUri,
              ModelDataUrl: jsonata('$modelData'),
              Environment: servingEnvironment(props.region, props.servingMode),
            },
          ],
          SupportedContentTypes: ['application/json'],
          SupportedResponseMIMETypes: ['application/json'],
        },
        ModelMetrics: {
          ModelQuality: quality,
          ModelDataQuality: data,
          Bias: { Report: analysis },
          Explainability: { Report: analysis },
        },
        // No person has read it yet, whatever the gate decided.
        ModelCard: { ModelCardContent: jsonata('$modelCard'), ModelCardStatus: 'PendingReview' },
        // #region registration
        DriftCheckBaselines: { ModelQuality: quality, ModelDataQuality: data },
        CustomerMetadataProperties: {
          [packageMetadata.trainedThrough]: jsonata('$decision.trainedThrough'),
          [packageMetadata.evaluation]: jsonata('$evaluation'),
          [packageMetadata.smokeTest]: jsonata(`$evaluation & '${files.smokeTest}'`),
          // #endregion registration
          [packageMetadata.identity]: jsonata('$decision.identity'),
          [packageMetadata.trigger]: plain('$input.trigger'),
          [packageMetadata.episode]: plain("$type($input.episode) = 'string' ? $input.episode : 'none'"),
        },
      },
      {
        Assign: { package: jsonata('$states.result.ModelPackageArn') },
        Next: automatic ? ('Approve' as const) : ('AskForApproval' as const),
      },
    ),
    ...approval,
    Promoted: { Type: 'Succeed', Output: promoted },
  });
}
