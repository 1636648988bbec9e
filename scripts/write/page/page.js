"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const SVG = "http://www.w3.org/2000/svg";
  const FORMULA = /(^|;)(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/g; // what a spreadsheet would run

  const save = (name, type, content) => {
    const link = make("a", { download: name, href: URL.createObjectURL(new Blob([content], { type })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  // Tables: sorted by their titles, filtered by words, kept as CSV. `values(key)[i]` is row i's.
  const tables = {};

  const openTable = (box) => {
    const data = JSON.parse(box.querySelector("script").textContent);
    const columns = new Map(data.map((c) => [c.key, c.values || c.at.map((place) => c.texts[place])]));
    const rows = [...box.querySelector("tbody").rows];
    const table = { box, columns, rows, values: (key) => columns.get(key) || [] };
    tables[box.id] = table;
    sortable(table);
    const tools = make("div", { className: "tools" });
    const small = rows.length <= 5;
    box.classList.toggle("small", small);
    box[small ? "append" : "prepend"](tools);
    table.filters = small ? [] : filters(table, tools);
    tools.append(make("button", { type: "button", className: "csv", onclick: () => save(`${box.dataset.name}.csv`, "text/csv", csv(table)) }, "Keep as CSV"));
    table.count = make("output");
    table.count.setAttribute("aria-live", "polite");
    tools.append(table.count);
  };

  const sortable = (table) => {
    const heads = all("thead th", table.box);
    for (const head of heads) {
      const button = make("button", { type: "button" }, head.textContent);
      head.replaceChildren(button);
      head.setAttribute("aria-sort", "none");
      button.onclick = () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const values = table.values(head.dataset.key);
        const missing = (value) => value === null || value === "";
        const compare = (a, b) => {
          const [one, two] = [values[a], values[b]];
          if (missing(one) || missing(two)) return missing(one) - missing(two) || a - b;
          const order = typeof one === "number" ? one - two : one < two ? -1 : one > two ? 1 : 0;
          return (down ? -order : order) || a - b;
        };
        const order = table.rows.map((_, place) => place).sort(compare);
        table.box.querySelector("tbody").append(...order.map((place) => table.rows[place]));
      };
    }
  };

  const filters = (table, tools) => {
    const search = make("input", { type: "search", oninput: () => show(table) });
    tools.append(make("label", {}, "Filter", search));
    const tests = [(place) => {
      const wanted = search.value.trim().toLowerCase();
      return !wanted || table.rows[place].textContent.toLowerCase().includes(wanted);
    }];
    for (const key of table.box.dataset.choices.split(" ").filter(Boolean)) {
      const names = [...new Set(table.values(key))];
      const select = make("select", { onchange: () => show(table) }, make("option", {}, "all"), ...names.map((name) => make("option", {}, String(name))));
      tools.append(make("label", {}, key, select));
      tests.push((place) => select.selectedIndex === 0 || table.values(key)[place] === names[select.selectedIndex - 1]);
    }
    return tests;
  };

  const csv = (table) => {
    const field = (value) => {
      const text = typeof value === "string" ? value.replace(FORMULA, "$1'") : value === null ? "" : String(value);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const keys = [...table.columns.keys()];
    const lines = table.rows.map((_, place) => keys.map((key) => field(table.values(key)[place])).join(","));
    return [keys.join(","), ...lines, ""].join("\n");
  };

  const show = (table) => {
    let shown = 0;
    table.rows.forEach((row, place) => {
      const [machine, pair] = ["machine", "pair"].map((key) => table.values(key)[place]);
      const off = !chosen({ machine, pair }) || !table.filters.every((test) => test(place));
      if (row.classList.contains("gone") !== off) row.classList.toggle("gone", off);
      shown += off ? 0 : 1;
    });
    table.count.textContent = shown === table.rows.length && shown <= 5 ? "" : shown === table.rows.length ? `${shown} row${shown === 1 ? "" : "s"}` : `${shown} of ${table.rows.length} rows`;
  };

  // Switches: which machine and sides are shown, everywhere on the page.
  const switches = document.getElementById("switches");
  const choice = { machine: null, pair: null };
  const chosen = (own) => Object.entries(choice).every(([key, wanted]) => wanted === null || own[key] === undefined || own[key] === wanted);
  const GLOBAL = new Set(["machines", "noise", "software", "crossovers-at-a-glance", "ranks", "machine-rates", "fastest", "cost-to-target", "upgrade"]);

  const choose = () => {
    for (const key of ["machine", "pair"]) {
      const select = switches.elements[key];
      choice[key] = select.selectedIndex > 0 ? select.options[select.selectedIndex].textContent : null;
    }
    for (const element of all("[data-machine], [data-pair]")) element.classList.toggle("off", !chosen(element.dataset));
    for (const fold of all("details[data-machine]")) if (choice.machine !== null) fold.open = chosen(fold.dataset);
    for (const table of Object.values(tables)) if (!GLOBAL.has(table.box.dataset.name)) show(table);
    const words = [choice.machine, choice.pair].filter(Boolean);
    switches.querySelector("output").textContent = words.length ? `Shown: ${words.join("; ")}. The rest is hidden.` : "";
  };

  // Heat maps: a grid that the arrow keys walk, each cell with the words of its row in the table.
  const tip = document.getElementById("tip");

  const details = (cell) => {
    const table = tables[cell.ownerSVGElement.dataset.table];
    const titles = (table.titles ||= all("thead th", table.box).map((head) => head.textContent));
    const texts = [...table.rows[Number(cell.dataset.i)].cells].map((part) => part.textContent.trim());
    return titles.map((title, place) => [title, texts[place]]).filter(([title, text]) => text && title !== "machine" && title !== "sides");
  };

  const openTip = (cell) => {
    tip.replaceChildren(...details(cell).map(([title, text]) => make("div", {}, title === "verdict" ? make("b", {}, text) : `${title}: ${text}`)));
    tip.hidden = false;
    const box = cell.getBoundingClientRect();
    const left = Math.max(4, Math.min(box.left, document.documentElement.clientWidth - tip.offsetWidth - 4));
    const above = box.bottom + tip.offsetHeight + 8 > window.innerHeight && box.top > tip.offsetHeight + 8;
    tip.style.left = `${left + window.scrollX}px`;
    tip.style.top = `${(above ? box.top - tip.offsetHeight - 6 : box.bottom + 6) + window.scrollY}px`;
    all(".hot").forEach((other) => other.classList.remove("hot"));
    cell.classList.add("hot");
  };

  const closeTip = () => {
    tip.hidden = true;
    all(".hot").forEach((cell) => cell.classList.remove("hot"));
  };

  const moveFocus = (svg, cell) => {
    all('.c[tabindex="0"]', svg).forEach((other) => other.setAttribute("tabindex", "-1"));
    if (cell) cell.setAttribute("tabindex", "0");
  };

  const walk = (event) => {
    const cell = event.target.closest(".c");
    if (event.key === "Escape") closeTip();
    if (!cell) return;
    const bands = all(".r", cell.ownerSVGElement).map((band) => all(".c", band));
    const y = bands.findIndex((band) => band.includes(cell));
    const x = bands[y].indexOf(cell);
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-x, 0], End: [bands[y].length - 1 - x, 0] }[event.key] || [0, 0];
    const next = bands[y + dy]?.[x + dx];
    if ((!dx && !dy) || !next) return;
    event.preventDefault();
    moveFocus(cell.ownerSVGElement, next);
    next.focus();
  };

  const openMap = (svg) => {
    svg.setAttribute("role", "grid");
    all(".r", svg).forEach((band) => band.setAttribute("role", "row"));
    for (const cell of all(".c", svg)) {
      cell.setAttribute("role", "gridcell");
      cell.setAttribute("tabindex", "-1");
      cell.setAttribute("aria-label", details(cell).map(([title, text]) => `${title} ${text}`).join(", "));
      cell.onpointerenter = cell.onfocus = () => openTip(cell);
      cell.onpointerleave = cell.onblur = closeTip;
    }
    moveFocus(svg, svg.querySelector(".c"));
    svg.onkeydown = walk;
  };

  const asFile = (svg) => {
    const copy = svg.cloneNode(true);
    const paper = document.createElementNS(SVG, "rect");
    Object.entries({ width: "100%", height: "100%", fill: "#fff" }).forEach(([key, value]) => paper.setAttribute(key, value));
    copy.querySelectorAll(".off").forEach((part) => part.remove());
    copy.prepend(paper);
    return new XMLSerializer().serializeToString(copy);
  };

  const keepable = (figure, name, content) => {
    const button = make("button", { type: "button", className: "svg", onclick: () => save(`${name}.svg`, "image/svg+xml", content()) }, "Keep as SVG");
    figure.querySelector("figcaption").append(button);
  };

  document.documentElement.classList.add("js");
  all(".table").forEach(openTable);
  all(".map svg").forEach(openMap);
  all(".map").forEach((figure) => keepable(figure, figure.querySelector("svg").id, () => asFile(figure.querySelector("svg"))));
  all(".picture").forEach((figure) => {
    const image = figure.querySelector("img");
    keepable(figure, image.dataset.name, () => decodeURIComponent(image.src.slice(image.src.indexOf(",") + 1)));
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeTip());
  if (switches) {
    switches.hidden = false;
    switches.onsubmit = (event) => event.preventDefault();
    switches.onchange = choose;
    choose();
  }
  Object.values(tables).filter((table) => !switches || GLOBAL.has(table.box.dataset.name)).forEach(show);
})();
