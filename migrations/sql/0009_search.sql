-- What a customer's name is looked for by. Immutable, so that a column can be generated from it; a query goes through
-- the same function, so that both sides always agree.
--
-- Left out is what people mistype or leave away: คุณ, silenced letters (the one below ์), accents, Thai tone marks and
-- short vowels, case. Thai letters that sound alike become one. Marks must go anyway: trigrams take them for spaces.
create function search_key(name text, nickname text) returns text
  language sql immutable parallel safe
  return translate(
    regexp_replace(
      regexp_replace(
        lower(normalize(name || ' ' || nickname, nfkd)),
        '(^|\s)(คุณ|khun\s+)|[ก-ฮ][\u0e34\u0e38]?\u0e4c', '\1', 'g'
      ),
      '[\u0300-\u036f\u0e30\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]', '', 'g'
    ),
    'ฆญฎฏฐฑฒถธณภศษฬใ',
    'คยดตทททททนพสสลไ'
  );
