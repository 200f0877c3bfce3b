#!/usr/bin/env bash
# Fetches govuk-frontend again and makes the two files of vendor/ from it.
# Needs npm and node; the Rust build does not, because the result is committed.
set -euo pipefail
cd "$(dirname "$0")/vendor"

version=6.6.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" "govuk-frontend@$version" >/dev/null
tar -xzf "$work"/govuk-frontend-*.tgz -C "$work"

FROM=$work/package/dist/govuk node <<'NODE'
const { readFileSync, writeFileSync } = require('node:fs')
const read = (name) => readFileSync(`${process.env.FROM}/${name}`, 'utf8')
const withoutMap = (text) => text.replace(/\n*\/[/*]# sourceMappingURL=.*\n*$/, '\n')

const crestMask = /@supports \(\(-webkit-mask-position:initial\)[^{]*\{\.govuk-footer__copyright-logo:before\{[^}]*\}@media[^{]*\{[^}]*\}\}\}/g
const crestRule = /\.govuk-footer__copyright-logo:[^{}]*\{[^}]*\}/g
const css = withoutMap(read('govuk-frontend.min.css'))
  .replace(/\/\*![^*]*Margaret Calvert[^*]*\*\//g, '')
  .replace(/@font-face\{[^}]*\}/g, '')
  .replaceAll('GDS Transport,arial,sans-serif', 'arial,sans-serif')
  .replace(crestMask, '')
  .replace(crestRule, '')

const left = css.match(/url\(|GDS Transport|@font-face|copyright-logo|crest|@import/gi)
if (left) throw new Error(`the stylesheet still has ${[...new Set(left)].join(', ')}: mend vendor.sh`)
if (css.split('{').length !== css.split('}').length) throw new Error('the stylesheet lost a bracket: mend vendor.sh')

writeFileSync('govuk-frontend.min.css', css)
writeFileSync('govuk-frontend.min.js', withoutMap(read('govuk-frontend.min.js')))
NODE

echo "made from govuk-frontend $version; held against the sums in VENDOR.md:"
grep -E '^    [0-9a-f]{64}  ' VENDOR.md | sed 's/^    //' | sha256sum --check
