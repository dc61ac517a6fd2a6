import { JsonSchemaType, JsonSchemaVersion, type JsonSchema } from 'aws-cdk-lib/aws-apigateway';
import type { Column, Dataset } from '../shared/dataset-file';

/**
 * The body of `POST /predictions` as API Gateway checks it: shape and types only. Its message for a violated range or pattern would not name
 * the column; the handler checks these and names it.
 */
export function requestModel({ features: { columns } }: Dataset, maxInstances: number): JsonSchema {
  return {
    schema: JsonSchemaVersion.DRAFT4,
    title: 'Predictions',
    type: JsonSchemaType.OBJECT,
    additionalProperties: false,
    required: ['instances'],
    properties: {
      instances: {
        type: JsonSchemaType.ARRAY,
        minItems: 1,
        maxItems: maxInstances,
        items: {
          type: JsonSchemaType.OBJECT,
          additionalProperties: false,
          required: columns.map(({ name }) => name),
          properties: Object.fromEntries(columns.map((column) => [column.name, { type: jsonType(column) }])),
        },
      },
    },
  };
}

function jsonType({ type, nullable }: Column): JsonSchemaType | JsonSchemaType[] {
  const plain = {
    string: JsonSchemaType.STRING,
    timestamp: JsonSchemaType.STRING,
    int: JsonSchemaType.INTEGER,
    double: JsonSchemaType.NUMBER,
  }[type];
  return nullable === true ? [plain, JsonSchemaType.NULL] : plain;
}
