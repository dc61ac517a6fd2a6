import type {
  DetectLabelsResponse,
  DetectModerationLabelsResponse,
  DetectTextResponse,
} from '@aws-sdk/client-rekognition';

/** Rekognition's results; undefined for an analysis that was not requested. Confidence is a percentage. */
export interface Found {
  readonly labels?: DetectLabelsResponse;
  readonly text?: DetectTextResponse;
  readonly moderation?: DetectModerationLabelsResponse;
}

export const compose = ({ labels, text, moderation }: Found): object => ({
  ...(labels && {
    labels: (labels.Labels ?? []).map(({ Name, Confidence, Parents = [] }) => ({
      name: Name,
      confidence: Confidence,
      parents: Parents.map((parent) => parent.Name),
    })),
  }),
  // Every word also appears as a part of its line, so only lines are kept.
  ...(text && {
    text: (text.TextDetections ?? [])
      .filter(({ Type }) => Type === 'LINE')
      .map(({ DetectedText, Confidence, Geometry }) => ({
        line: DetectedText,
        confidence: Confidence,
        box: Geometry?.BoundingBox,
      })),
  }),
  ...(moderation && {
    moderation: (moderation.ModerationLabels ?? []).map(({ Name, ParentName, Confidence }) => ({
      name: Name,
      parent: ParentName,
      confidence: Confidence,
    })),
  }),
});
