// What HTML alone cannot do: light or dark, the sheet at the side, keys.
// Every page can be read without it.
"use strict";

(() => {
  const root = document.documentElement;
  const sheet = document.getElementById("sheet");
  const keep = (name, value) => {
    document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
  };

  // light or dark

  const dark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  const switchTheme = () => {
    root.dataset.theme = dark() ? "light" : "dark";
    keep("syncd_theme", root.dataset.theme);
  };

  // the sheet

  let opener = null;
  const closeSheet = () => sheet.open && sheet.close();

  document.addEventListener("htmx:after:swap", (event) => {
    const { sourceElement: source, response } = event.detail.ctx;
    if (source && source.matches && source.matches("[data-sheet]") && response.status < 400) {
      document.getElementById("sheet-link").href = source.getAttribute("href");
      opener = source;
      if (!sheet.open) sheet.showModal();
      sheet.scrollTop = 0;
    }
  });
  sheet.addEventListener("close", () => {
    document.getElementById("sheet-body").replaceChildren();
    if (opener && opener.isConnected) opener.focus();
  });
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) closeSheet();
  });

  // a word at the bottom

  const toast = document.getElementById("toast");
  let fading = 0;
  const say = (text) => {
    toast.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => (toast.textContent = ""), 4000);
  };
  document.addEventListener("htmx:response:error", (event) => {
    const { response, text } = event.detail.ctx;
    const plain = (response.headers.get("content-type") || "").startsWith("text/plain"); // a sentence of ours
    if (response.status === 500) say("That failed in syncd; its log says why.");
    else say(plain ? text : `syncd does not answer (${response.status}); try again in a moment.`);
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx) say("syncd does not answer; try again in a moment.");
  });

  // buttons

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-theme-switch]")) switchTheme();
    if (button.matches("[data-close]")) closeSheet();
    if (button.matches("[data-seen]")) {
      keep("syncd_seen", "yes");
      button.closest(".welcome").remove();
    }
    if (button.matches("[data-copy]")) {
      const text = document.getElementById(button.dataset.copy).textContent;
      const done = () => say("Copied.");
      if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => say("Select the text to copy it."));
      else say("Select the text to copy it.");
    }
    if (button.matches("[data-print]")) print();
  });

  // sliders say where they stand

  document.addEventListener("input", (event) => {
    const slider = event.target;
    if (!slider.matches("input[type=range]")) return;
    const output = slider.parentElement.querySelector("output");
    output.textContent = slider.value;
    output.classList.toggle("turned", Number(slider.value) !== Number(slider.dataset.now));
  });

  // rules that are turned: one question at a time, and the last position always gets its answer

  const knobs = document.querySelector("[data-turning]");
  let asking = false;
  let turned = false;
  const ask = async () => {
    turned = true;
    if (asking) return;
    asking = true;
    try {
      while (turned) {
        turned = false;
        const query = new URLSearchParams(new FormData(knobs));
        await htmx.ajax("GET", `${knobs.action}?${query}`, { target: "#list", swap: "outerHTML" });
      }
    } finally {
      asking = false;
    }
  };
  if (knobs) {
    knobs.addEventListener("input", ask);
    knobs.addEventListener("submit", (event) => {
      event.preventDefault();
      ask();
    });
  }

  // keys: / search, j and k through the rows, Enter opens

  let at = -1;
  const rows = () => [...document.querySelectorAll(".works tbody tr")];
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    const focused = all.findIndex((row) => row.contains(document.activeElement));
    at = Math.max(0, Math.min(all.length - 1, (focused < 0 ? at : focused) + step));
    all[at].querySelector(".title").focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || sheet.open) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const hot = document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
    if (hot) {
      event.preventDefault();
      hot.focus();
    } else if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
  });

  // on a narrow screen the menu is wider than the screen

  const here = document.querySelector(".side nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - 48;
})();
