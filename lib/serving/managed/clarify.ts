/** Clarify's analysis_config.json for its two monitors, from the columns of the dataset. */
import { featuresOf, targetOf } from '../../shared/dataset';
import type { Dataset } from '../../shared/dataset-file';

/** Every column of a request, in the order in which the prediction API writes them. */
const headersOf = ({ features }: Dataset) => features.columns.map(({ name }) => name);
const common = { version: '1.0', dataset_type: 'application/json' };

/** JMESPath of the parts of a captured exchange, the same for both monitors that Clarify runs. */
export const exchangeOf = (dataset: Dataset) => ({
  // A list of 28 names would pass the limit of 256 characters; the API writes the columns in the schema's order.
  features: 'instances[*].values(@)',
  prediction: `predictions[*].${targetOf(dataset)}`,
  score: 'predictions[*].score',
});

/** The bias between the values of each facet, of labels and of decisions. */
export function biasAnalysis(dataset: Dataset): object {
  const label = targetOf(dataset);
  return {
    ...common,
    headers: [...headersOf(dataset), label],
    label,
    label_values_or_threshold: [1],
    facet: featuresOf(dataset)
      .filter(({ facet }) => facet)
      .map(({ name }) => ({ name_or_index: name })),
    methods: { pre_training_bias: { methods: 'all' }, post_training_bias: { methods: 'all' } },
  };
}

/** Clarify explains a model through an endpoint of its own, because the serving one would capture its requests. */
export function explainabilityAnalysis(
  dataset: Dataset,
  predictor: { model: string; instanceType: string; prefix: string },
): object {
  return {
    ...common,
    headers: headersOf(dataset),
    methods: {
      shap: {
        // Clarify uses the centre of the window's own records when no baseline is given.
        num_clusters: 1,
        num_samples: 100,
        agg_method: 'mean_abs',
        use_logit: false,
        save_local_shap_values: false,
        seed: 2013,
        // The request needs key and time too, but they are no features.
        features_to_explain: featuresOf(dataset).map(({ name }) => name),
      },
    },
    predictor: {
      model_name: predictor.model,
      instance_type: predictor.instanceType,
      initial_instance_count: 1,
      endpoint_name_prefix: predictor.prefix,
      content_type: 'application/json',
      accept_type: 'application/json',
      record_template: '$features_kvp',
      content_template: '{"instances":$records}',
      probability: exchangeOf(dataset).score,
    },
  };
}
