"use strict";
// The contents follow the reader: they mark the section in view and open the one that is chosen. On a small screen the
// sections and the contents begin folded. Without this script everything is open.
(() => {
  const contents = document.querySelector("nav > details"), small = matchMedia("(max-width: 47.99rem)");
  const folds = [...document.querySelectorAll("details.fold")];
  const links = [...contents.querySelectorAll("a")];
  const sections = links.map((link) => document.getElementById(link.hash.slice(1)));
  const now = document.createElement("span"), all = document.createElement("button");

  const setFolds = (isOpen) => { for (const fold of folds) fold.open = isOpen; };
  const unfold = (hash) => {
    const fold = document.getElementById(hash.slice(1))?.querySelector("details.fold");
    if (fold) fold.open = true;
  };
  const mark = (section) => links.forEach((link, i) => {
    if (sections[i] !== section) return link.removeAttribute("aria-current");
    link.setAttribute("aria-current", "location");
    now.textContent = link.textContent;
  });

  // The section in view is the last one that begins above a line a fifth down the screen.
  const follow = () => mark(sections.findLast((section) => section.getBoundingClientRect().top < innerHeight / 5) ?? sections[0]);
  let isWaiting = false;
  const wait = () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => { isWaiting = false; follow(); });
  };
  const nameButton = () => { all.textContent = folds.some((fold) => fold.open) ? "Fold all sections" : "Unfold all sections"; };

  const fit = () => {
    contents.open = !small.matches;
    nameButton();
    follow();
  };

  now.className = "now";
  contents.querySelector("summary").append(now);
  all.type = "button";
  all.addEventListener("click", () => setFolds(!folds.some((fold) => fold.open)));
  contents.querySelector(".links").append(all);
  contents.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    unfold(link.hash);
    if (small.matches) contents.open = false;
  });
  contents.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !small.matches) return;
    contents.open = false;
    contents.querySelector("summary").focus();
  });
  for (const fold of folds) fold.addEventListener("toggle", () => { nameButton(); wait(); });
  addEventListener("scroll", wait, { passive: true });
  addEventListener("hashchange", () => unfold(location.hash));
  small.addEventListener("change", fit);

  // Paper has nothing to open: what is folded is printed too, and folded again afterwards.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("main details:not([open])")];
    for (const fold of folded) fold.open = true;
  });
  addEventListener("afterprint", () => { for (const fold of folded) fold.open = false; });

  document.documentElement.classList.add("scripted");
  if (small.matches) setFolds(false);
  unfold(location.hash);
  fit();
})();
