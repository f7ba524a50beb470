// Everything can be read and followed without this file; it adds keys and folding.
"use strict";
(() => {
  const $ = (q, at = document) => at.querySelector(q);
  const $$ = (q, at = document) => [...at.querySelectorAll(q)];
  document.documentElement.classList.add("js");
  const typing = (e) => /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName);
  const row = (one) => one.closest(".tlrow, tr");
  const rows = () => $$(".list .rq a, .tlrow:not([hidden]) .nm a:not(.inside)");
  const isOk = (a) => $(".pill.ok, .st.i-ok", row(a)) !== null;
  const move = (by, wanted = () => true) => {
    const all = rows();
    const at = all.findIndex((a) => row(a).contains(document.activeElement));
    let to = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
    while (all[to] && !wanted(all[to])) to += by;
    if (!all[to]) return;
    all[to].focus({ preventScroll: true });
    row(all[to]).scrollIntoView({ block: "nearest" });
  };
  const fold = (of, open) => {
    const button = of && $(".fold", of);
    if (!button) return;
    button.setAttribute("aria-expanded", open);
    const level = +of.getAttribute("aria-level");
    let hide = null;
    for (let next = of.nextElementSibling; next; next = next.nextElementSibling) {
      const own = +next.getAttribute("aria-level");
      if (!(own > level)) break;
      if (hide !== null && own <= hide) hide = null;
      next.hidden = !open || hide !== null;
      if (hide === null && $('.fold[aria-expanded="false"]', next)) hide = own;
    }
  };
  const close = () => {
    const panel = $(".panel");
    if (!panel || panel.hidden) return false;
    panel.hidden = true;
    panel.parentElement.classList.add("alone");
    $('[aria-selected="true"] .nm a')?.focus();
    return true;
  };
  document.addEventListener("click", (e) => {
    const button = e.target.closest(".fold");
    if (button) fold(row(button), button.getAttribute("aria-expanded") !== "true");
    else if (e.target.closest(".close")) close();
  });
  const views = { t: "/traces", m: "/map", l: "/logs" };
  let going = false;
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    e: () => move(1, (a) => !isOk(a)),
    h: () => fold(row(document.activeElement), false),
    l: () => fold(row(document.activeElement), true),
    g: () => { going = true; },
    y: () => navigator.clipboard?.writeText(location.href),
    "/": () => {
      const field = $("#q");
      field?.focus();
      field?.setSelectionRange(field.value.length, field.value.length);
    },
    "?": () => $("#keys").showModal(),
  };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || $("#keys").open) return;
    if (e.key === "Escape") {
      if (typing(e)) e.target.blur();
      else if (!close() && $(".back")) location.href = $(".back").href;
      return;
    }
    if (typing(e)) return;
    if (going && views[e.key] && $(`nav a[href="${views[e.key]}"]`)) {
      location.href = views[e.key];
    } else if (!acts[e.key]) {
      going = false;
      return;
    } else {
      going = false;
      acts[e.key]();
    }
    e.preventDefault();
  });
  // One tab stop a chart; arrows move in it.
  $$("[data-roving]").forEach((svg) => {
    const all = $$("a", svg);
    svg.addEventListener("keydown", (e) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      const at = all.indexOf(document.activeElement);
      if (!by || !all[at + by]) return;
      e.preventDefault();
      all[at].setAttribute("tabindex", "-1");
      all[at + by].setAttribute("tabindex", "0");
      all[at + by].focus();
    });
  });
  // Details that were asked for take the focus, so that what follows is read.
  if (location.hash === "#d") $("#d")?.focus({ preventScroll: true });
})();
