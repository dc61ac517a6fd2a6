/** Vega-Lite specifications of the report's charts, and their rendering to SVG without a browser. */
import type { TopLevelSpec } from 'vega-lite' with { 'resolution-mode': 'import' };

const WIDTH = 860;
const base = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: 'transparent',
  config: { font: 'system-ui, sans-serif', legend: { labelLimit: 300 } },
} as const;

export async function render(spec: TopLevelSpec): Promise<string> {
  // Both packages are ES modules only.
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: 'none' });
  return view.toSVG();
}

export function timeline(spans: object[]): TopLevelSpec {
  return {
    ...base,
    width: WIDTH,
    height: 160,
    data: { values: spans },
    mark: { type: 'bar', cornerRadius: 2, height: { band: 0.6 } },
    encoding: {
      x: { field: 'start', type: 'temporal', title: 'wall time of the rehearsal' },
      x2: { field: 'end' },
      y: { field: 'lane', type: 'nominal', sort: ['Prepare', 'Train', 'Release', 'Monitor'], title: null },
      color: { field: 'status', type: 'nominal', scale: { scheme: 'tableau10' }, title: null },
    },
  };
}

export interface DriftCell {
  feature: string;
  end: string;
  distance: number;
  threshold: number;
}

/** Distance over threshold: 1 is the limit. The number in the cell is the distance itself. */
export function drift(cells: DriftCell[], retrainOn: readonly string[]): TopLevelSpec {
  const values = cells.map((c) => ({
    ...c,
    ratio: c.distance / c.threshold,
    label: c.distance.toFixed(2),
    feature: retrainOn.includes(c.feature) ? `★ ${c.feature}` : c.feature,
  }));
  const encoding = {
    x: { field: 'end', type: 'ordinal', title: 'window ends' },
    y: { field: 'feature', type: 'nominal', title: null },
  } as const;
  return {
    ...base,
    width: WIDTH,
    height: { step: 18 },
    data: { values },
    layer: [
      {
        mark: 'rect',
        encoding: {
          ...encoding,
          color: {
            field: 'ratio',
            type: 'quantitative',
            title: 'distance / threshold',
            scale: { scheme: 'blueorange', domain: [0, 2], domainMid: 1, clamp: true },
          },
        },
      },
      { mark: { type: 'text', fontSize: 8 }, encoding: { ...encoding, text: { field: 'label', type: 'nominal' } } },
    ],
  };
}

export function calibration(bins: object[], target: string): TopLevelSpec {
  return {
    ...base,
    width: 320,
    height: 300,
    layer: [
      {
        data: { values: [{ p: 0 }, { p: 0.8 }] },
        mark: { type: 'line', strokeDash: [4, 4], color: '#999' },
        encoding: { x: { field: 'p', type: 'quantitative' }, y: { field: 'p', type: 'quantitative' } },
      },
      {
        data: { values: bins },
        mark: { type: 'line', point: true },
        encoding: {
          x: { field: 'predicted', type: 'quantitative', title: 'mean score' },
          y: { field: 'observed', type: 'quantitative', title: `observed share of ${target}` },
          color: { field: 'model', type: 'nominal', title: null },
        },
      },
    ],
  };
}

export function histograms(buckets: object[]): TopLevelSpec {
  return {
    ...base,
    data: { values: buckets },
    facet: { field: 'feature', type: 'nominal', title: null, header: { labelFontSize: 10 } },
    columns: 5,
    spec: {
      width: 140,
      height: 60,
      mark: 'bar',
      encoding: {
        x: { field: 'lower', bin: 'binned', type: 'quantitative', title: null, axis: { tickCount: 3 } },
        x2: { field: 'upper' },
        y: { field: 'count', type: 'quantitative', title: null, axis: { tickCount: 2, format: '~s' } },
      },
    },
    resolve: { scale: { x: 'independent', y: 'independent' } },
  };
}
