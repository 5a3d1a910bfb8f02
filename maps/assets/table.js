/* Make the columns of the table sortable; without this script the table is complete as it stands. */
"use strict";

(() => {
  const table = document.querySelector("table.wide");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];

  const keyOf = (row, column) => {
    const cell = row.cells[column];
    const value = cell.dataset.sort ?? cell.textContent.trim();
    if (value === "" || value === "–") return null;
    return heads[column].classList.contains("n") ? Number(value) : value.toLowerCase();
  };

  function sort(column) {
    const downward = heads[column].getAttribute("aria-sort") === "ascending";
    const keyed = [...body.rows].map((row, place) => ({ row, place, key: keyOf(row, column) }));
    keyed.sort((a, b) => {
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.place - b.place;
      const order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
      return (downward ? -order : order) || a.place - b.place;
    });
    body.append(...keyed.map(({ row }) => row));
    heads.forEach((head, k) => (k === column
      ? head.setAttribute("aria-sort", downward ? "descending" : "ascending")
      : head.removeAttribute("aria-sort")));
  }

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
})();
