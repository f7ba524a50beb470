"use strict";
// Completion of the filter. Its field is another one after each change that Live shows.
(() => {
  const $ = (q) => document.querySelector(q);
  const $$ = (q) => [...document.querySelectorAll(q)];
  const isField = (one) => one.matches?.('#q[role="combobox"]');
  const items = () => $$("#choices li");
  let found = null;
  let chosen = -1;
  let asked = 0;
  const isOpen = () => $("#choices")?.hidden === false;
  const shut = () => {
    asked += 1;
    if (!isOpen()) return false;
    $("#choices").hidden = true;
    $("#q").setAttribute("aria-expanded", "false");
    $("#q").removeAttribute("aria-activedescendant");
    return true;
  };
  const choose = (number) => {
    chosen = number;
    items().forEach((item, at) => item.setAttribute("aria-selected", at === chosen));
    items()[chosen]?.scrollIntoView({ block: "nearest" });
    $("#q").setAttribute("aria-activedescendant", items()[chosen]?.id ?? "");
  };
  const shown = (one, number) => {
    const item = document.createElement("li");
    item.id = `choice-${number}`;
    item.setAttribute("role", "option");
    const code = document.createElement("code");
    code.textContent = one.text;
    const note = document.createElement("span");
    note.textContent = one.note;
    item.append(code, note);
    return item;
  };
  const ask = async () => {
    const field = $("#q");
    const mine = (asked += 1);
    const query = new URLSearchParams(location.search);
    query.set("q", field.value);
    query.set("at", field.selectionStart);
    const answer = await fetch(`/complete?${query}`).catch(() => null);
    const read = answer?.ok ? await answer.json() : null;
    if (read === null || mine !== asked) return;
    found = read;
    $("#choices").replaceChildren(...found.choices.map(shown));
    $("#choices").hidden = !found.choices.length;
    field.setAttribute("aria-expanded", String(isOpen()));
    choose(-1);
  };
  const take = (number) => {
    const { text } = found.choices[number];
    const before = $("#q").value.slice(0, found.begin);
    const space = /[\s({!]$|^$/.test(before) ? "" : " ";
    const gap = text.endsWith("(") ? "" : " ";
    $("#q").setRangeText(space + text + gap, found.begin, found.end, "end");
    ask();
  };
  // What is offered belongs to the text it was asked for, and goes with it.
  document.addEventListener("input", (e) => {
    if (!isField(e.target)) return;
    shut();
    ask();
  });
  document.addEventListener("focusout", (e) => isField(e.target) && shut());
  document.addEventListener("mousedown", (e) => {
    const item = e.target.closest("#choices li");
    if (!item) return;
    e.preventDefault();
    take(items().indexOf(item));
  });
  document.addEventListener("keydown", (e) => {
    if (!isField(e.target)) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const among = items().length + 1;
    if (by && !isOpen()) ask();
    else if (by) choose(((chosen + 1 + by + among) % among) - 1);
    else if (e.key === "Tab" && !e.shiftKey && isOpen()) take(Math.max(chosen, 0));
    else if (e.key === "Enter" && isOpen() && chosen >= 0) take(chosen);
    else if (e.key !== "Escape" || !shut()) return;
    e.preventDefault();
  });
})();
