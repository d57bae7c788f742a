fn main() {
    let mut rows = vec![];
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).unwrap();
        let (r, peak) = keywright_fuzz::allocation::peak_of(|| keywright::format::parse(&bytes).map(drop));
        let (_, peak2) =
            keywright_fuzz::allocation::peak_of(|| keywright::format::key_lines::parse(&bytes).map(drop));
        rows.push((
            peak.max(peak2) as isize - 4 * bytes.len() as isize,
            peak,
            peak2,
            bytes.len(),
            path,
            format!("{r:?}"),
        ));
    }
    rows.sort();
    for r in rows.iter().rev().take(60) {
        println!("{r:?}");
    }
}
