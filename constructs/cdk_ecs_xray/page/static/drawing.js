"use strict";
// What is drawn: a range is chosen in a chart, a log line points into the timeline, late lines come.
(() => {
  const $ = (q, at = document) => at.querySelector(q);
  const $$ = (q, at = document) => [...at.querySelectorAll(q)];
  const SVG = "http://www.w3.org/2000/svg";

  // The bars between two are a range whose ends are theirs.
  const ends = (bar) => {
    const query = new URL(bar.getAttribute("href"), location).searchParams;
    return query.has("rt") ? query.get("rt").split("..") : [query.get("from"), query.get("to")];
  };
  const leads = (one, other) => {
    const [first, last] = one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING
      ? [one, other] : [other, one];
    const to = new URL(first.getAttribute("href"), location);
    const [low, high] = [ends(first)[0], ends(last)[1]];
    if (to.searchParams.has("rt")) to.searchParams.set("rt", `${low}..${high}`);
    else {
      to.searchParams.set("from", low);
      to.searchParams.set("to", high);
    }
    return to;
  };
  const band = (one, other) => {
    const chart = one.closest("svg");
    const sides = [one, other].map((bar) => $(".hit", bar)).flatMap((hit) => {
      const x = parseFloat(hit.getAttribute("x"));
      return [x, x + parseFloat(hit.getAttribute("width"))];
    });
    const drawn = $(".brush", chart) ?? chart.appendChild(document.createElementNS(SVG, "rect"));
    drawn.setAttribute("class", "brush");
    drawn.setAttribute("height", "140");
    drawn.setAttribute("x", `${Math.min(...sides)}%`);
    drawn.setAttribute("width", `${Math.max(...sides) - Math.min(...sides)}%`);
  };
  let from = null;
  let to = null;
  const drop = () => {
    $$(".brush").forEach((drawn) => drawn.remove());
    from = to = null;
  };
  const under = (e) => {
    const chart = from.closest("svg");
    const { left, width } = chart.getBoundingClientRect();
    const bars = $$("a", chart);
    const at = Math.floor(((e.clientX - left) / width) * bars.length);
    return bars[Math.max(0, Math.min(bars.length - 1, at))];
  };
  document.addEventListener("pointerdown", (e) => {
    const bar = e.target.closest("[data-roving] a");
    if (bar && e.button === 0 && e.pointerType !== "touch") from = bar;
  });
  document.addEventListener("dragstart", (e) => from && e.preventDefault());
  document.addEventListener("pointermove", (e) => {
    if (!from || !e.buttons) return;
    to = under(e);
    band(from, to);
  });
  document.addEventListener("pointerup", () => {
    if (from && to && to !== from) location.assign(leads(from, to));
    else drop();
  });
  document.addEventListener("pointercancel", drop);
  document.addEventListener("keydown", (e) => {
    const bar = document.activeElement.closest("[data-roving] a");
    if (!bar) return;
    const bars = $$("a", bar.closest("svg"));
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (e.shiftKey && by) {
      from ??= bar;
      to = bars[bars.indexOf(to ?? bar) + by] ?? to;
      if (to) band(from, to);
    } else if (e.key === "Enter" && from && to) location.assign(leads(from, to));
    else {
      if (e.key !== "Shift") drop();
      return;
    }
    e.preventDefault();
  });

  // The moment of a line across the timeline.
  const point = (line) => {
    $$(".moment").forEach((drawn) => drawn.remove());
    if (!line) return;
    $$(".tlrow .lane svg").forEach((lane) => {
      const drawn = lane.appendChild(document.createElementNS(SVG, "line"));
      drawn.setAttribute("class", "moment");
      for (const [name, value] of [["x1", line.dataset.at], ["x2", line.dataset.at], ["y1", "0"], ["y2", "100%"]]) {
        drawn.setAttribute(name, value);
      }
    });
  };
  document.addEventListener("mouseover", (e) => point(e.target.closest(".logs [data-at]")));

  // Lines come late from CloudWatch Logs: looked for again for half a minute.
  const PARTS = [".logcard", ".logrow"];
  let looks = 6;
  const look = async () => {
    const address = $("[data-late]")?.dataset.late;
    if (!address || (looks -= 1) < 0) return;
    const answer = document.hidden ? null : await fetch(address).catch(() => null);
    if (answer?.ok) {
      const read = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of PARTS) {
        const [old, now] = [$(part), $(part, read)];
        if (old && now && !old.contains(document.activeElement)) old.replaceWith(now);
        else if (now && !old) $(".tl").append(now);
      }
    }
    setTimeout(look, 5000);
  };
  addEventListener("load", () => setTimeout(look, 5000));
})();
