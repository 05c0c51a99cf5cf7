// SPDX-License-Identifier: Apache-2.0

// QR codes (ISO/IEC 18004): bytes, error correction level L, versions 1 to 13,
// which hold 425 bytes. The mask is always the first: what is shown here looks
// random enough for scanners without weighing the eight against each other.

// By version: codewords in all, those for correction in each block, and blocks.
const versions = [
  [26, 7, 1], [44, 10, 1], [70, 15, 1], [100, 20, 1], [134, 26, 1], [172, 18, 2], [196, 20, 2], [242, 24, 2], [292, 30, 2], [346, 18, 4],
  [404, 20, 4], [466, 24, 4], [532, 26, 4],
];

// The field GF(256) over x⁸+x⁴+x³+x²+1: powers of 2, and their logarithms.
const power = [1], log = [];
for (let i = 0; i < 255; i++) {
  log[power[i]] = i;
  power.push((power[i] << 1) ^ (power[i] >> 7) * 0x11d);
}
const times = (a, b) => (a && b ? power[(log[a] + log[b]) % 255] : 0);

// correction answers count Reed-Solomon codewords for a block.
function correction(block, count) {
  let divisor = [1];
  for (let i = 0; i < count; i++) {
    divisor = [...divisor, 0].map((c, k) => c ^ times(divisor[k - 1] ?? 0, power[i]));
  }
  const rest = [...block, ...Array(count).fill(0)];
  for (let i = 0; i < block.length; i++) {
    const lead = rest[i];
    divisor.forEach((c, k) => { rest[i + k] ^= times(c, lead); });
  }
  return rest.slice(block.length);
}

// codewords answers the text as bytes with mode, length and filling.
function codewords(bytes, version, room) {
  const bits = [0, 1, 0, 0];
  const add = (value, width) => { for (let i = width - 1; i >= 0; i--) bits.push((value >> i) & 1); };
  add(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((byte) => add(byte, 8));
  add(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const words = [];
  for (let i = 0; i < bits.length; i += 8) words.push(parseInt(bits.slice(i, i + 8).join(''), 2));
  for (let fill = 0xec; words.length < room; fill ^= 0xec ^ 0x11) words.push(fill);
  return words;
}

// interleave cuts the codewords into blocks, the short ones first, and answers
// them and their correction taken in turn.
function interleave(words, count, blocks) {
  const short = Math.floor(words.length / blocks), long = words.length % blocks;
  const data = Array.from({ length: blocks }, (_, i) => {
    const from = i * short + Math.max(0, i - (blocks - long));
    return words.slice(from, from + short + (i >= blocks - long ? 1 : 0));
  });
  const inTurn = (lists) => Array.from({ length: short + count }, (_, i) => lists.map((list) => list[i])).flat().filter((word) => word !== undefined);
  return [...inTurn(data), ...inTurn(data.map((block) => correction(block, count)))];
}

// frame answers a symbol's fixed modules, true for dark; those for data are
// undefined.
function frame(version) {
  const size = 17 + 4 * version, last = size - 7;
  const rows = Array.from({ length: size }, () => Array(size).fill(undefined));
  const square = (y, x, radius, dark) => {
    for (let row = Math.max(0, y - radius); row <= Math.min(size - 1, y + radius); row++) {
      for (let column = Math.max(0, x - radius); column <= Math.min(size - 1, x + radius); column++) {
        rows[row][column] = dark(Math.max(Math.abs(row - y), Math.abs(column - x)));
      }
    }
  };
  for (const [y, x] of [[3, 3], [3, size - 4], [size - 4, 3]]) square(y, x, 4, (ring) => ring !== 2 && ring !== 4);
  const places = version === 1 ? [] : version < 7 ? [6, last] : [6, (6 + last) / 2, last];
  for (const y of places) for (const x of places) if (rows[y][x] === undefined) square(y, x, 2, (ring) => ring !== 1);
  for (let i = 8; i < size - 8; i++) {
    rows[6][i] ??= i % 2 === 0;
    rows[i][6] ??= i % 2 === 0;
  }
  // Twice, from the lowest bit: level L and mask 0, corrected and masked.
  [0, 1, 2, 3, 4, 5, 7, 8, 7, 5, 4, 3, 2, 1, 0].forEach((at, i) => {
    const dark = (0b111011111000100 >> i) % 2 === 1;
    if (i < 8) rows[at][8] = rows[8][size - 1 - i] = dark;
    else rows[8][at] = rows[size - 15 + i][8] = dark;
  });
  rows[size - 8][8] = true;
  if (version < 7) return rows;
  let rest = version;
  for (let i = 0; i < 12; i++) rest = (rest << 1) ^ (rest >> 11) * 0x1f25;
  for (let i = 0; i < 18; i++) {
    const far = size - 11 + (i % 3), near = Math.floor(i / 3);
    rows[near][far] = rows[far][near] = (((version << 12) | rest) >> i) % 2 === 1;
  }
  return rows;
}

// matrix answers rows of modules, true for dark; null for text that is too long.
export function matrix(text) {
  const bytes = new TextEncoder().encode(text);
  const room = (i) => versions[i][0] - versions[i][1] * versions[i][2];
  const i = versions.findIndex((_, at) => bytes.length + (at < 9 ? 2 : 3) <= room(at));
  if (i < 0) return null;
  const [, count, blocks] = versions[i], rows = frame(i + 1), size = rows.length;
  const words = interleave(codewords(bytes, i + 1, room(i)), count, blocks);
  let at = 0, up = true;
  for (let right = size - 1; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5; // the timing pattern has a column to itself
    for (let step = 0; step < size; step++) {
      const row = up ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (rows[row][column] !== undefined) continue;
        const bit = (words[at >> 3] >> (7 - (at & 7))) & 1; // 0 beyond the last word
        rows[row][column] = (bit === 1) !== ((row + column) % 2 === 0);
        at++;
      }
    }
  }
  return rows;
}

// picture answers the code as an SVG element, dark on light in any theme.
export function picture(text) {
  const rows = matrix(text);
  if (rows === null) return null;
  const shape = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const side = rows.length + 8; // with the quiet zone
  const dark = rows.flatMap((row, y) => row.map((on, x) => (on ? `M${x + 4} ${y + 4}h1v1h-1z` : ''))).join('');
  const svg = shape('svg', { 'aria-label': 'QR code of the key', role: 'img', 'shape-rendering': 'crispEdges', viewBox: `0 0 ${side} ${side}` });
  svg.append(shape('rect', { fill: '#fff', height: side, width: side }), shape('path', { d: dark, fill: '#000' }));
  return svg;
}
