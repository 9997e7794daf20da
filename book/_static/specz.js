// The theme lets the keyboard reach what scrolls, on load and when the window changes: also a
// table that was folded away until now.
document.addEventListener("toggle", () => dispatchEvent(new Event("resize")), true);
// Search fetches a summary of each page that it finds; from a file a browser lets it fetch none.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
