// A table wider than its page scrolls by itself; then the keyboard must reach it.
function reachWideTables() {
  for (const table of document.querySelectorAll(".bd-article table")) {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
    else table.removeAttribute("tabindex");
  }
}
addEventListener("load", reachWideTables);
addEventListener("resize", reachWideTables);
document.addEventListener("toggle", reachWideTables, true);
// Search fetches a summary of each page that it finds; from a file a browser lets it fetch none.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
