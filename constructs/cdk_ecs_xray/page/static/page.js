// Keys, folding, and what the server has since: Live, and searches that go on.
"use strict";
(() => {
  const $ = (q, at = document) => at.querySelector(q);
  const $$ = (q, at = document) => [...at.querySelectorAll(q)];
  document.documentElement.classList.add("js");
  const typing = (e) => e.target.matches("input:not([type=checkbox]), select, textarea");
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
    $('[aria-selected="true"] .nm a, .node[aria-current], .calls [aria-current] a')?.focus();
    return true;
  };
  document.addEventListener("click", (e) => {
    const button = e.target.closest(".fold");
    if (button) fold(row(button), button.getAttribute("aria-expanded") !== "true");
    else if (e.target.closest(".close")) close();
    else if (e.target.closest(".copy")) {
      navigator.clipboard?.writeText($("pre", e.target.closest("details")).textContent);
    }
  });
  // The way from trace to trace is the list that was seen last.
  const remember = () => {
    const seen = $$(".list .rq a").map((a) => a.getAttribute("href"));
    if (seen.length) sessionStorage.setItem("list", JSON.stringify(seen));
  };
  const beside = (by) => {
    const seen = JSON.parse(sessionStorage.getItem("list") || "[]");
    const at = seen.findIndex((href) => href.split("?")[0] === location.pathname);
    if (at >= 0 && seen[at + by]) location.assign(seen[at + by]);
  };
  const views = { t: "/traces", m: "/map", l: "/logs" };
  let going = false;
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    e: () => move(1, (a) => !isOk(a)),
    h: () => fold(row(document.activeElement), false),
    l: () => fold(row(document.activeElement), true),
    g: () => { going = true; },
    "[": () => beside(-1),
    "]": () => beside(1),
    ".": () => live.show(),
    " ": () => live.pause(),
    // A link that is sent shows the same tomorrow.
    y: () => navigator.clipboard?.writeText(new URL($("#main").dataset.link ?? location.href, location).href),
    "/": () => {
      const field = $("#q");
      field?.focus();
      field?.setSelectionRange(field.value.length, field.value.length);
    },
    "?": () => $("#keys").showModal(),
  };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || $("#keys").open || e.defaultPrevented) return;
    if (e.key === "Escape") {
      // A browser would empty the field.
      if (typing(e)) e.preventDefault();
      if (typing(e)) e.target.blur();
      else if (!close() && $(".back")) location.href = $(".back").href;
      return;
    }
    const arrow = { ArrowDown: "j", ArrowUp: "k", ArrowLeft: "h", ArrowRight: "l" }[e.key];
    const isRow = document.activeElement.matches(".list .rq a, .tlrow .nm a");
    if (arrow && isRow) {
      acts[arrow]();
      e.preventDefault();
      return;
    }
    if (typing(e) || !$("#single").checked) return;
    if (e.key === " " && (e.target.closest("button, summary") || !live.is())) return;
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
  // The main part as the server has it now; the focus stays where it is, if that is still there.
  const put = async (from) => {
    const answer = await fetch(from).catch(() => null);
    if (!answer || answer.status >= 500) return false;
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = $("#main", read);
    if (!part || $("#main").contains(document.activeElement) && document.activeElement.matches("input, select")) return false;
    const at = document.activeElement.getAttribute("href");
    $("#main").replaceWith(part);
    if (at) $$("a", part).find((a) => a.getAttribute("href") === at)?.focus({ preventScroll: true });
    remember();
    rove();
    return true;
  };
  // A search of a real account comes in parts; each is put in place while somebody looks.
  const grow = async () => {
    const from = $("[data-grows]")?.dataset.grows;
    if (!from) return;
    if (!document.hidden) await put(from);
    setTimeout(grow, 1000);
  };
  // Live: the server says that something has changed; rows are never put in above a reader.
  const live = (() => {
    const button = $("button.live");
    const news = $(".news");
    let stream = null;
    let following = false;
    let paused = $("#main").dataset.paused !== undefined;
    let waiting = null;
    const is = () => button !== null;
    const word = (text, state) => {
      $(".word", button).textContent = text;
      button.dataset.state = state;
      button.setAttribute("aria-pressed", String(state === "following"));
    };
    const named = () => {
      if (paused) word("Paused", "paused");
      else if (following) word("Following", "following");
      else word("Live", "live");
    };
    const show = async () => {
      const to = $("#main").dataset.fragment;
      // Axes grow while somebody looks, and never shrink.
      const axes = $(".charts")?.dataset.axes;
      if (!is() || !to || !(await put(axes ? `${to}&axes=${axes}` : to))) return;
      news.hidden = true;
      waiting = null;
      if ($("#main").dataset.events) listen();
      else end();
    };
    const isReading = () => $("#main").contains(document.activeElement) || scrollY > 200;
    const heard = (state) => {
      if (state === null) return;
      if (!$("#main").dataset.mark) $("#main").dataset.mark = state.mark;
      if (state.mark === $("#main").dataset.mark || state.mark === waiting) return;
      waiting = state.mark;
      // Where nothing is shown yet, nothing moves.
      if ((following || !state.new || !$(".list, .map, .tl")) && !isReading()) {
        show();
        return;
      }
      const one = state.new === 1 ? "1 new trace" : `${state.new} new traces`;
      const failed = state.trouble ? `, ${state.trouble} not ok` : "";
      $("button", news).textContent = state.new ? `${one}${failed}: show` : "Changed: show";
      news.hidden = false;
    };
    const end = () => {
      stream?.close();
      stream = null;
    };
    const listen = () => {
      end();
      named();
      if (paused || document.hidden) return;
      stream = new EventSource($("#main").dataset.events);
      stream.onopen = named;
      stream.onmessage = (e) => heard(JSON.parse(e.data));
      stream.onerror = () => word("Disconnected, trying again", "lost");
    };
    const pause = () => {
      if (!is()) return;
      paused = !paused;
      listen();
    };
    if (!is()) return { is, show, pause };
    button.addEventListener("click", () => {
      if (paused) following = paused = false;
      else if (following) paused = true;
      else following = true;
      listen();
    });
    $("button", news).addEventListener("click", () => {
      if (scrollY < 200) following = true;
      show();
    });
    document.addEventListener("visibilitychange", listen);
    addEventListener("load", () => setTimeout(listen));
    return { is, show, pause };
  })();
  // One tab stop a chart; arrows move in it.
  const rove = () => $$("[data-roving]").forEach((svg) => {
    const all = $$("a", svg);
    svg.addEventListener("keydown", (e) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      const at = all.indexOf(document.activeElement);
      if (!by || e.shiftKey || !all[at + by]) return;
      e.preventDefault();
      all[at].setAttribute("tabindex", "-1");
      all[at + by].setAttribute("tabindex", "0");
      all[at + by].focus();
    });
  });
  rove();
  remember();
  addEventListener("load", () => setTimeout(grow));
  const single = $("#single");
  single.checked = localStorage.getItem("keys") !== "off";
  single.addEventListener("change", () => {
    localStorage.setItem("keys", single.checked ? "on" : "off");
  });
  // Details that were asked for take the focus, so that what follows is read.
  if (location.hash === "#d") $("#d")?.focus({ preventScroll: true });
})();
