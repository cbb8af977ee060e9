"""Why a thing in a city's files matters: what the forecast does with it."""

from __future__ import annotations

from sim.findings import Finding

FILES = {
    "city": "it says where the city lies, whose holidays and money it has, and whose data these are",
    "zones": "zones are the patches of the field department and the places of the map",
    "links": "links tell which zones are neighbours and how long the way between them is",
    "businesses": "every row is a door: its size, place and sector decide its lines, bill and needs",
    "premises": "counts become single businesses, each a door with a size and a place",
    "operators": "operators decide whom a business can choose, at what price, and whom it has heard of",
    "coverage": "an operator can only sell where it has a network",
    "history": "the months of the past are what a calibration is fitted to",
    "import": "the mapping tells which of your columns is which of ours",
}
COLUMNS = {
    ("city", "country"): "public holidays follow the country, so working days do too",
    ("city", "subdivision"): "some public holidays belong to a state or province alone",
    ("city", "currency"): "prices, pay and costs are read in this currency",
    ("city", "source"): "every output names where its data come from",
    ("city", "licence"): "whoever gets the folder must know what may be done with it",
    ("city", "time_zone"): "the hours of the call centre are local ones",
    ("zones", "zone_id"): "businesses, links and networks refer to a zone by its id",
    ("zones", "area_km2"): "the area decides how far doors lie apart, and so how many visits a day holds",
    ("zones", "x"): "places decide the map and how zones are put together to patches",
    ("zones", "y"): "places decide the map and how zones are put together to patches",
    ("zones", "lon"): "places decide the map and how zones are put together to patches",
    ("zones", "lat"): "places decide the map and how zones are put together to patches",
    ("zones", "vacant"): "somebody moves into a vacant unit and needs a line: the best day to sell",
    ("zones", "footfall_8_18"): "footfall weighs zones against each other",
    ("links", "minutes"): "minutes decide which zones form a patch and who gets which",
    ("links", "distance_km"): "minutes follow from the length and the speeds of city.yaml",
    ("links", "zone_a"): "a link to a zone that is not there joins nothing",
    ("links", "zone_b"): "a link to a zone that is not there joins nothing",
    ("businesses", "business_id"): "the id decides a business's luck and keeps results comparable between versions",
    ("businesses", "zone_id"): "a business without a zone is on no patch and no map",
    (
        "businesses",
        "premises_type",
    ): "premises types differ in access, prices and in how tenants talk to each other",
    ("businesses", "sector"): "the sector decides needs, and who hears of whom",
    ("businesses", "employees"): "employees decide the size class, the lines and the bill",
    ("businesses", "building_id"): "tenants of one building are natural peers, and one visit may reach several",
    ("businesses", "provider"): "who serves whom decides the shares and every sale's difficulty",
    ("businesses", "monthly_bill"): "bills are the revenue that is won and lost",
    ("businesses", "contract_end"): "most searches begin around the end of a term",
    ("premises", "count"): "the counts decide how many doors there are",
    ("premises", "size_class"): "the size class decides employees, lines and bill",
    ("history", "month"): "a month missing or half counted is read as a bad month",
    ("history", "customers"): "the customers of the last month are what the focal operator starts with",
    ("history", "gross_adds"): "gross adds tell how well the operator sells today",
    ("history", "churn"): "churn tells how well it keeps",
    ("history", "inbound_calls"): "calls tell how many look around and think of the operator",
    ("coverage", "since"): "a young network has few customers yet",
}
OPERATOR_KEYS = {
    "share": "shares decide who serves whom on the first day",
    "focal": "exactly one operator is the client whose department is judged",
    "quality": "quality decides who stays and who looks around",
    "price_index": "prices decide choices, and revenue with them",
    "tariffs": "tariffs decide bills by size and place",
    "brand": "unaided awareness decides whom a searching business calls by itself",
    "advertising_per_month": "advertising holds awareness up, and costs",
    "telemarketers": "people who dial wake businesses and win some",
    "reps": "representatives of rivals win businesses at the door",
    "reaction": "what a rival answers decides how long a lead lasts",
    "network": "an operator can only sell where it has a network",
}


def why(finding: Finding) -> str:
    """What the forecast does with the thing that a finding is about; empty where there is nothing to say."""
    stem = finding.file.rpartition("/")[2].partition(".")[0]
    key = (finding.column or "").partition(".")[2].partition(".")[0]
    if stem == "operators" and key in OPERATOR_KEYS:
        return OPERATOR_KEYS[key]
    return COLUMNS.get((stem, finding.column or ""), FILES.get(stem, ""))
