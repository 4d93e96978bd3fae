"""Names of the months in some twenty languages, as they stand in dates (Slavic ones in the genitive), also shortened.

It does not read dates. Source: Unicode CLDR, names of months in dates.
"""

from __future__ import annotations

from functools import cache

from shoal.text.normalise import Normaliser

_NAMES = (
    "january february march april may june july august september october november december jan feb mar apr jun jul "
    "aug sep sept oct nov dec januar jänner februar märz mai juni juli oktober dezember mär okt dez jän janvier "
    "février mars avril juin juillet août septembre octobre novembre décembre janv févr avr juil déc enero febrero "
    "marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre ene abr ago dic gennaio "
    "febbraio aprile maggio giugno luglio settembre ottobre dicembre gen mag giu lug set ott janeiro fevereiro "
    "março maio junho julho setembro outubro novembro dezembro fev out januari februari maart mei augustus mrt "
    "augusti maj marts desember tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta "
    "elokuuta syyskuuta lokakuuta marraskuuta joulukuuta stycznia lutego marca kwietnia maja czerwca lipca sierpnia "
    "września października listopada grudnia ledna února března dubna května června července srpna září října "
    "listopadu prosince januára februára apríla mája júna júla augusta septembra októbra novembra decembra január "
    "február március április május június július augusztus szeptember október ianuarie februarie martie aprilie "
    "iunie iulie septembrie octombrie noiembrie decembrie ocak şubat nisan mayıs haziran temmuz ağustos eylül ekim "
    "kasım aralık siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna studenoga prosinca agustus "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря січня лютого березня квітня "
    "травня червня липня серпня вересня жовтня листопада грудня ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου "
    "ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου "
)


@cache
def folded_months() -> frozenset[str]:
    """The names as `Normaliser` folds them, lower case; Cyrillic and Greek fold differently by case. Built once."""
    fold = Normaliser().fold
    return frozenset(
        fold(form).text.lower() for name in _NAMES.split() for form in (name, name.capitalize(), name.upper())
    )
