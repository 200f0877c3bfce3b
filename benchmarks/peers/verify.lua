-- Is this token good, and may its client call? For nginx: OpenSSL through FFI, verified tokens kept by their whole text.
local ffi = require "ffi"
local cjson = require "cjson.safe"
local lrucache = require "resty.lrucache"
local base64 = require "ngx.base64"

ffi.cdef [[
  typedef struct bio_st BIO;
  typedef struct evp_pkey_st EVP_PKEY;
  typedef struct evp_md_st EVP_MD;
  typedef struct evp_md_ctx_st EVP_MD_CTX;
  BIO *BIO_new_mem_buf(const void *buf, int len);
  EVP_PKEY *PEM_read_bio_PUBKEY(BIO *bp, EVP_PKEY **x, void *cb, void *u);
  const EVP_MD *EVP_sha256(void);
  EVP_MD_CTX *EVP_MD_CTX_new(void);
  void EVP_MD_CTX_free(EVP_MD_CTX *ctx);
  int EVP_DigestVerifyInit(EVP_MD_CTX *ctx, void **pctx, const EVP_MD *type, void *e, EVP_PKEY *pkey);
  int EVP_DigestVerify(EVP_MD_CTX *ctx, const char *sig, size_t siglen, const char *tbs, size_t tbslen);
]]

local LIMIT, WINDOW = 1000000000, 60
local key, issuer, audience, granted
local kept = assert(lrucache.new(1000))
local verify = {}

function verify.expect(key_file, expected_issuer, expected_audience, client)
  local file = assert(io.open(key_file))
  local pem = file:read "*a"
  file:close()
  key = ffi.C.PEM_read_bio_PUBKEY(ffi.C.BIO_new_mem_buf(pem, #pem), nil, nil, nil)
  assert(key ~= nil, "the key cannot be read")
  issuer, audience, granted = expected_issuer, expected_audience, { [client] = true }
end

-- A whole number as ASN.1 writes it.
local function integer(bytes)
  bytes = bytes:gsub("^%z+", "")
  if bytes == "" or bytes:byte() >= 128 then bytes = "\0" .. bytes end
  return "\2" .. string.char(#bytes) .. bytes
end

local function is_signed(text, signature)
  if #signature ~= 64 then return false end
  local both = integer(signature:sub(1, 32)) .. integer(signature:sub(33))
  local der = "\48" .. string.char(#both) .. both
  local context = ffi.C.EVP_MD_CTX_new()
  local good = ffi.C.EVP_DigestVerifyInit(context, nil, ffi.C.EVP_sha256(), nil, key) == 1
    and ffi.C.EVP_DigestVerify(context, der, #der, text, #text) == 1
  ffi.C.EVP_MD_CTX_free(context)
  return good
end

local function decoded(part)
  local text = base64.decode_base64url(part)
  return text and cjson.decode(text)
end

local function is_for_us(claims)
  if type(claims.aud) == "table" then return claims.aud[1] == audience end
  return claims.aud == audience
end

local function claims_of(token)
  local head, body, signature = token:match "^([%w_-]+)%.([%w_-]+)%.([%w_-]+)$"
  if not head then return nil end
  local header, claims = decoded(head), decoded(body)
  if not header or header.alg ~= "ES256" or not claims or claims.iss ~= issuer or not is_for_us(claims) then return nil end
  if not is_signed(head .. "." .. body, base64.decode_base64url(signature) or "") then return nil end
  return claims
end

function verify.request()
  local authorization = ngx.var.http_authorization
  if not authorization or authorization:sub(1, 7) ~= "Bearer " then return ngx.exit(401) end
  local token = authorization:sub(8)
  local claims = kept:get(token)
  if not claims then
    claims = claims_of(token)
    if not claims then return ngx.exit(401) end
    kept:set(token, claims)
  end
  if claims.exp <= ngx.time() then return ngx.exit(401) end
  if not granted[claims.sub] then return ngx.exit(403) end
  local used = ngx.shared.used:incr(claims.sub, 1, 0, WINDOW)
  if used > LIMIT then return ngx.exit(429) end
  ngx.var.remaining = LIMIT - used
end

return verify
