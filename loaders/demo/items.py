"""What the invented agencies pay for: one line per kind of support, amounts in baht."""

from __future__ import annotations

from typing import NamedTuple


class Item(NamedTuple):
    """A kind of support: ``low`` to ``high`` baht in steps of ``step``; at most ``people`` reached."""

    layout: str
    agency: str
    stream: str
    theme: str | None
    target_group: str | None
    activity_code: str
    activity: str
    low: int
    high: int
    step: int
    people: int
    cofinancing: str | None = None


DLA, CODI, HEALTH, BAAC, CARE, YOO, SML, TRF, NHSO = (
    "demo_dla_budget", "demo_codi_support", "demo_thaihealth", "demo_baac", "demo_psdhs_hardship",
    "demo_yoo_dee_mee_suk", "demo_sml", "demo_trf", "demo_nhso_fund",
)  # fmt: skip
LOCAL = (DLA, "lao", "local_development_budget")
PROCESS = (CODI, "codi", "codi_community_process", "community")
PROJECT = (HEALTH, "thaihealth", "thaihealth_projects")
CREDIT = (BAAC, "baac", "baac_community_credit")
HELP = (CARE, "psdhs", "hardship_care", "hardship")
CURRENT = (YOO, "province_office", "yoo_dee_mee_suk")
CEO = (YOO, "province_office", "ceo_budget")
MATCHING = ("welfare_fund", "fund_members", "fund_matching")
SHARE = "nhso_local_share"
ONE_TO_ONE = "matching_fund_1_1_1"

ITEMS = {
    # local governments
    "road": Item(*LOCAL, "basic_services", "all_residents", "infrastructure", "ปรับปรุงถนนสายในหมู่บ้าน", 90_000, 400_000, 1_000, 900),
    "allowance": Item(*LOCAL, "hardship", "elderly", "living_allowance", "เบี้ยยังชีพผู้สูงอายุ", 60_000, 360_000, 6_000, 60),
    "allowance_disabled": Item(*LOCAL, "hardship", "disabled", "living_allowance", "เบี้ยยังชีพคนพิการ", 30_000, 120_000, 6_000, 20),
    "child_centre": Item(*LOCAL, "learning", "children", "child_centre", "อุดหนุนศูนย์พัฒนาเด็กเล็ก", 80_000, 240_000, 5_000, 80),
    "exercise_local": Item(*LOCAL, "health", "elderly", "exercise_group", "ส่งเสริมการออกกำลังกายผู้สูงอายุ", 20_000, 60_000, 1_000, 90),
    "forum_local": Item(*LOCAL, "community", "community_leaders", "community_forum", "เวทีประชาคมตำบล", 15_000, 40_000, 1_000, 60),
    "waste": Item(*LOCAL, "ecology", "all_residents", "waste_management", "จัดการขยะในชุมชน", 40_000, 150_000, 5_000, 1_500),
    "match_local": Item(DLA, "lao", "local_welfare_contribution", *MATCHING, "สมทบกองทุนสวัสดิการชุมชนตำบล", 100_000, 100_000, 1, 600, ONE_TO_ONE),
    "share_local": Item(DLA, "lao", "local_health_share", "health", "all_residents", "health_fund", "สมทบกองทุนหลักประกันสุขภาพ", 0, 0, 1, 0, SHARE),
    # health security office
    "health_fund": Item(NHSO, "nhso", "nhso_local_health_fund", "health", "all_residents", "health_fund", "กองทุนหลักประกันสุขภาพ", 0, 0, 1, 0, SHARE),
    # CODI
    "match_codi": Item(CODI, "codi", "codi_welfare_matching", *MATCHING, "สมทบกองทุนสวัสดิการชุมชน", 28_000, 28_000, 1, 600, ONE_TO_ONE),
    "plan_process": Item(*PROCESS, "community_leaders", "community_plan_process", "กระบวนการจัดทำแผนชุมชนพึ่งตนเอง", 30_000, 60_000, 5_000, 80),
    "forum_codi": Item(*PROCESS, "community_leaders", "community_forum", "เวทีขบวนองค์กรชุมชน", 20_000, 50_000, 5_000, 70),
    "housing": Item(*PROCESS, "poor_households", "housing_improvement", "บ้านมั่นคงชนบท", 150_000, 500_000, 10_000, 60),
    # ThaiHealth
    "tobacco": Item(*PROJECT, "health", "youth", "tobacco_alcohol", "เยาวชนรู้ทันเหล้าบุหรี่", 60_000, 200_000, 500, 200),
    "exercise_health": Item(*PROJECT, "health", "elderly", "exercise_group", "ผู้สูงวัยออกกำลังกายด้วยมโนราห์", 50_000, 120_000, 500, 120),
    "safe_food": Item(*PROJECT, "health", "all_residents", "safe_food", "ตลาดนัดอาหารปลอดภัย", 60_000, 180_000, 500, 400),
    "healthy": Item(*PROJECT, "community", "women", "healthy_community", "กลุ่มสตรีสร้างชุมชนสุขภาวะ", 70_000, 200_000, 500, 90),
    "media": Item(*PROJECT, "learning", "youth", "learning_media", "หนังตะลุงน้อยสื่อสร้างสุข", 40_000, 150_000, 500, 60),
    # BAAC
    "credit": Item(*CREDIT, "livelihood_credit", "farmers", "group_credit", "กลุ่มเกษตรกรทำสวนยางและผลไม้", 150_000, 900_000, 2_500, 40),
    "saving": Item(*CREDIT, "livelihood_credit", "fund_members", "savings_training", "ธนาคารชุมชนและการออม", 20_000, 80_000, 500, 120),
    "account_baac": Item(*CREDIT, "sufficiency", "farmers", "household_account", "อบรมบัญชีครัวเรือนลูกค้า", 15_000, 45_000, 500, 60),
    # hardship care: provincial office, ministry, ศอ.สส.
    "relief_care": Item(*HELP, "elderly", "relief_goods", "มอบเครื่องอุปโภคบริโภคผู้สูงอายุ", 10_000, 40_000, 500, 40),
    "equipment": Item(*HELP, "disabled", "equipment", "รถเข็นและอุปกรณ์ช่วยเหลือคนพิการ", 8_000, 45_000, 500, 8),
    "family": Item(*HELP, "poor_households", "family_grant", "เงินสงเคราะห์ครอบครัวผู้มีรายได้น้อย", 10_000, 60_000, 2_000, 30),
    "house_care": Item(*HELP, "elderly", "house_repair", "ซ่อมแซมบ้านผู้สูงอายุ", 20_000, 60_000, 20_000, 3),
    "match_msdhs": Item(CARE, "msdhs", "msdhs_welfare_fund", *MATCHING, "สมทบกองทุนสวัสดิการตำบล", 50_000, 50_000, 1, 600, ONE_TO_ONE),
    "survey": Item(CARE, "sosos", "hardship_care", "hardship", "poor_households", "case_survey", "สำรวจผู้ยากลำบากทั้งอำเภอ", 80_000, 150_000, 5_000, 900),
    # special currents
    "account_yoo": Item(*CURRENT, "sufficiency", "farmers", "household_account", "อบรมบัญชีครัวเรือนและเกษตรพอเพียง", 20_000, 80_000, 1_000, 80),
    "fertiliser": Item(*CURRENT, "sufficiency", "farmers", "organic_fertiliser", "โรงปุ๋ยอินทรีย์ชุมชน", 80_000, 300_000, 5_000, 120),
    "occupation": Item(*CURRENT, "community", "women", "occupational_group", "กลุ่มแปรรูปผลผลิตแม่บ้าน", 40_000, 150_000, 2_000, 40),
    "forest": Item(*CURRENT, "ecology", "all_residents", "reforestation", "ปลูกป่าต้นน้ำและป่าสาคู", 50_000, 180_000, 5_000, 300),
    "reef": Item(*CURRENT, "ecology", "fishers", "marine_habitat", "บ้านปลาและปะการังเทียม", 100_000, 350_000, 10_000, 150),
    "relief_yoo": Item(*CURRENT, "hardship", "elderly", "relief_goods", "ถุงยังชีพคนชรา", 15_000, 50_000, 1_000, 60),
    "house_yoo": Item(*CURRENT, "hardship", "poor_households", "house_repair", "ซ่อมบ้านผู้ยากลำบาก", 60_000, 200_000, 20_000, 10),
    "water": Item(*CURRENT, "basic_services", "all_residents", "village_water", "ปรับปรุงประปาหมู่บ้าน", 120_000, 480_000, 5_000, 600),
    "road_yoo": Item(*CURRENT, "basic_services", "all_residents", "infrastructure", "ถนนเชื่อมหมู่บ้าน", 150_000, 490_000, 5_000, 800),
    "administration": Item(*CURRENT, None, None, "administration", "ค่าบริหารโครงการระดับจังหวัด", 900_000, 1_500_000, 50_000, 0),
    "ceo_fertiliser": Item(*CEO, "sufficiency", "farmers", "organic_fertiliser", "ผลิตปุ๋ยอินทรีย์อัดเม็ด", 80_000, 250_000, 5_000, 100),
    "ceo_road": Item(*CEO, "basic_services", "all_residents", "infrastructure", "ปรับปรุงเส้นทางขนส่งผลผลิต", 150_000, 500_000, 5_000, 900),
    "ceo_occupation": Item(*CEO, "community", "women", "occupational_group", "ส่งเสริมผลิตภัณฑ์ชุมชน (OTOP)", 40_000, 160_000, 2_000, 35),
    "village_project": Item(SML, "province_office", "sml_sufficiency", "sufficiency", "all_residents", "village_small_project", "", 0, 0, 1, 0),
    # research
    "research": Item(TRF, "trf", "trf_area_research", "learning", "community_leaders", "action_research", "การจัดการความรู้แก้จนเมืองนคร", 150_000, 450_000, 10_000, 30),
    "research_farm": Item(TRF, "trf", "trf_area_research", "learning", "farmers", "action_research", "ระบบเกษตรสวนสมรมโดยชุมชน", 200_000, 450_000, 10_000, 40),
    "research_sea": Item(TRF, "trf", "trf_area_research", "learning", "fishers", "action_research", "การฟื้นฟูทะเลหน้าบ้าน", 200_000, 500_000, 10_000, 40),
}  # fmt: skip

# Planted duplications: two funders with the same theme, people, activity and months, and no declared co-financing.
DUPLICATIONS = (("relief_care", "relief_yoo", 6), ("exercise_local", "exercise_health", 5), ("account_baac", "account_yoo", 5),
                ("forum_local", "forum_codi", 4), ("road", "road_yoo", 3))  # fmt: skip
VILLAGE_PROJECTS = (
    "ลานตากผลผลิต", "กลุ่มเลี้ยงปลาในกระชัง", "ศูนย์สาธิตการตลาด", "เครื่องสูบน้ำชุมชน",
    "โรงเรือนเพาะเห็ด", "ปุ๋ยหมักหมู่บ้าน", "ร้านค้าชุมชน", "กองทุนพันธุ์ข้าว",
)  # fmt: skip
SML_SIZES = (("S", 200_000), ("M", 250_000), ("L", 300_000))
