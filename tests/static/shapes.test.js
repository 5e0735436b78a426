import assert from "node:assert/strict";
import { test } from "node:test";
import { freePlace, meets } from "../../static/wall/label_places.js";
import * as shapes from "../../static/wall/shapes.js";

const square = (x, y, side) => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
  [x, y],
];
const near = (actual, expected) =>
  actual.forEach((value, index) => assert.ok(Math.abs(value - expected[index]) < 1e-9, `${actual} is not ${expected}`));

test("area and middle of a ring, whichever way it turns", () => {
  assert.equal(Math.abs(shapes.signedArea(square(2, 3, 4))), 16);
  assert.equal(shapes.signedArea(square(2, 3, 4)), -shapes.signedArea(square(2, 3, 4).reverse()));
  near(shapes.centroid(square(2, 3, 4)), [4, 5]);
  near(shapes.centroid(square(2, 3, 4).reverse()), [4, 5]);
  assert.deepEqual(shapes.largestRing([[square(0, 0, 1)], [square(5, 5, 3)]]), square(5, 5, 3));
});

test("the projection is Leaflet's: north is up, and steps grow away from the equator", () => {
  near(shapes.mercator([180, 0]), [Math.PI, 0]);
  const [, tenth] = shapes.mercator([0, 10]);
  const [, twentieth] = shapes.mercator([0, 20]);
  assert.ok(tenth < 0 && twentieth < 2 * tenth);
});

test("the whole map fits into the screen, in its middle", () => {
  const geometry = { type: "MultiPolygon", coordinates: [[square(99, 8, 1)], [square(100, 9, 1)]] };
  const file = {
    features: [{ properties: { c: "800101" }, geometry }],
    districts: { features: [{ properties: { c: "8001" }, geometry: null }] },
  };
  const map = new shapes.Shapes(file);
  assert.equal(map.outlines.size, 0);
  const points = shapes.outerPoints(map.areas.get("800101")).map(map.fit(200, 100, 5));
  const [left, top, right, bottom] = shapes.boxAround(points);
  near([top, bottom, left + right], [5, 95, 200]);
});

test("an outline flows into another point by point, without turning round", () => {
  const from = square(0, 0, 10);
  const to = shapes.partners(from, square(100, 100, 20).reverse());
  assert.equal(to.length, from.length);
  near(to[0], [100, 100]);
  near(to[2], [120, 120]);
  near(shapes.partners(from, [...square(0, 0, 4).slice(2, -1), ...square(0, 0, 4).slice(0, 3)])[0], [0, 0]);
  assert.equal(shapes.flowPath([from, to], 0), shapes.ringPath(from));
  assert.equal(shapes.flowPath([from, to], 0.5).split("L")[0], "M50.0 50.0");
});

const AROUND = { screen: { width: 200, height: 100, bottomMargin: 10 }, taken: [], numbers: [], places: [] };

test("a name stands on its place when nothing is hidden, and aside when another stands there", () => {
  assert.deepEqual(freePlace([100, 50], 40, 10, AROUND), {
    x: 100,
    y: 50,
    box: [80, 45, 120, 55],
    isAway: false,
    cost: 0,
  });
  const taken = [[80, 45, 120, 55]];
  const place = freePlace([100, 50], 40, 10, { ...AROUND, taken });
  assert.equal(place.isAway, true);
  assert.equal(meets(place.box, taken[0]), false);
});

test("a name stays on the screen and leaves what is under discussion to be seen", () => {
  const corner = freePlace([2, 98], 40, 10, AROUND);
  assert.ok(corner.box[0] >= 2 && corner.box[3] <= 88);
  const border = square(90, 45, 10);
  const place = freePlace([95, 50], 40, 10, { ...AROUND, places: [border] });
  assert.ok(border.every(([x, y]) => x <= place.box[0] || x >= place.box[2] || y <= place.box[1] || y >= place.box[3]));
  const nowhere = freePlace([100, 50], 400, 10, AROUND);
  assert.deepEqual([nowhere.x, nowhere.y, nowhere.isAway], [100, 50, false]);
});
