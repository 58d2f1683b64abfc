// Charts, drawn by ECharts; a chunk of its own.
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use as draws } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import css from "./plot.module.css";

draws([BarChart, LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

export type Series = { name: string; values: readonly (number | null)[] };
export type PlotProps = {
  kind: "bars" | "line" | "pie";
  label: string;
  names: readonly string[];
  series: readonly Series[];
  /** Whether bars of a group stand on one another. */
  stacked: boolean;
  dark: boolean;
  say: (value: number) => string;
  pick: (place: number) => void;
};

const hues = ["--teal", "--amber-mid", "--slate", "--plum", "--rose", "--moss"];

/** The colours of the page as it is now. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return { series: hues.map(of), ink: of("--ink"), soft: of("--ink-3"), line: of("--line"), surface: of("--surface"), font: of("--font") };
}

const crowded = 14;

function optionOf({ kind, names, series, stacked, say }: PlotProps, moves: boolean) {
  const { series: color, ink, soft, line, surface, font } = colours();
  const several = series.length > 1;
  const shared = {
    color,
    animation: moves,
    animationDuration: 300,
    textStyle: { fontFamily: font, color: ink },
    tooltip: { trigger: kind === "pie" ? "item" : "axis", axisPointer: { type: kind === "bars" ? "shadow" : "line", shadowStyle: { opacity: 0.06 } }, valueFormatter: (value: unknown) => (typeof value === "number" ? say(value) : "–"), backgroundColor: surface, borderColor: line, textStyle: { color: ink, fontSize: 12 }, confine: true },
    legend: { show: several || kind === "pie", type: "scroll", top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { color: soft }, pageTextStyle: { color: soft } },
  };
  if (kind === "pie") {
    const data = names.map((name, place) => ({ name, value: series[0]?.values[place] ?? 0 }));
    return { ...shared, series: [{ type: "pie", radius: ["46%", "74%"], center: ["50%", "56%"], padAngle: 1.5, itemStyle: { borderRadius: 5 }, label: { color: ink, formatter: "{b}  {d}%" }, labelLine: { lineStyle: { color: soft } }, data }] };
  }
  return {
    ...shared,
    grid: { left: 8, right: 16, top: several ? 40 : 16, bottom: 8, containLabel: true },
    xAxis: { type: "category", data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { color: soft, hideOverlap: true, rotate: kind === "bars" && names.length > crowded ? 35 : 0 } },
    yAxis: { type: "value", axisLabel: { color: soft, formatter: say }, splitLine: { lineStyle: { color: line } } },
    series: series.map(({ name, values }) =>
      kind === "line"
        ? { type: "line", name, data: values, symbolSize: 7, lineStyle: { width: 2.5 }, triggerLineEvent: false, areaStyle: several ? undefined : { opacity: 0.08 } }
        : { type: "bar", name, data: values, stack: stacked ? "all" : undefined, barMaxWidth: 56, cursor: "pointer", itemStyle: { borderRadius: stacked ? 0 : [5, 5, 0, 0] } },
    ),
  };
}

/** A chart. What it shows stands in a table beside it, so readers of the screen are told its name only. */
export function Plot(props: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<ReturnType<typeof init>>(undefined);
  const latest = useRef(props);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const chart = init(element, null, { renderer: "svg" });
    drawn.current = chart;
    chart.on("click", ({ dataIndex }) => latest.current.pick(dataIndex));
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(element);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, []);
  useEffect(() => {
    latest.current = props;
    drawn.current?.setOption(optionOf(props, !matchMedia("(prefers-reduced-motion: reduce)").matches), { notMerge: true });
  });
  return <div ref={box} role="img" aria-label={props.label} className={css.plot} />;
}
