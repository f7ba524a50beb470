// Opens a report in a real browser, as a desktop and a phone show it, light and dark.
//
//     node open_report.mjs REPORT.html FOLDER
//
// Screenshots go to FOLDER; what was measured goes to standard output as JSON.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { launched } from "../../browser/launch.mjs";

const SCREENS = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
  "small-phone": { width: 320, height: 640 },
};

// Runs in the page.
function measure() {
  const channel = (value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const parse = (colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    return { red, green, blue, alpha };
  };
  const luminance = ({ red, green, blue }) =>
    0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const behind = (element) => {
    for (let one = element; one !== null; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.alpha === 1) return colour;
    }
    return parse("rgb(255, 255, 255)");
  };
  const texts = [...document.body.querySelectorAll("*")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""),
  );
  const seen = texts.map((element) => {
    const style = getComputedStyle(element);
    const inDrawing = element.ownerSVGElement !== null && element.ownerSVGElement !== undefined;
    const front = parse(inDrawing ? style.fill : style.color);
    const [light, dark] = [luminance(front), luminance(behind(element))].sort((a, b) => b - a);
    const drawing = inDrawing ? element.ownerSVGElement : null;
    const scale = drawing === null ? 1 : drawing.clientWidth / drawing.viewBox.baseVal.width;
    const box = element.getBoundingClientRect();
    return {
      text: element.textContent.trim().slice(0, 40),
      contrast: (light + 0.05) / (dark + 0.05),
      pixels: parseFloat(style.fontSize) * scale,
      right: box.right,
      left: box.left,
    };
  });
  const page = document.documentElement;
  return { width: page.clientWidth, needed: page.scrollWidth, texts: seen };
}

const [report, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await launched();
const measured = [];
for (const [screen, viewport] of Object.entries(SCREENS)) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport, colorScheme, offline: true });
    const page = await context.newPage();
    const said = [];
    const asked = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(report).href);
    await page.screenshot({ path: join(folder, `${screen}-${colorScheme}.png`), fullPage: true });
    const found = await page.evaluate(measure);
    measured.push({ screen, colorScheme, said, asked, ...found });
    await context.close();
  }
}
await browser.close();
process.stdout.write(JSON.stringify(measured));
