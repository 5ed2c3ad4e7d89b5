//! Nothing a stranger sends passes for protected, and what we protect comes back whole.
#![no_main]

use _plane::secure::srtp::{Keys, MasterKey, Srtp, Suite};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 4] =
    ["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "AEAD_AES_128_GCM", "AEAD_AES_256_GCM"];

fn pair(choice: u8) -> Option<(Srtp, Srtp)> {
    let suite = Suite::from_name(NAMES[usize::from(choice) % NAMES.len()])?;
    let key = |octet| MasterKey::new(suite, &vec![octet; suite.key_length() + suite.salt_length()]);
    let keys = |ours, theirs| Some(Keys { ours: key(ours)?, theirs: key(theirs)? });
    Some((Srtp::new(&keys(1, 2)?), Srtp::new(&keys(2, 1)?)))
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let Some((mut ours, mut theirs)) = pair(choice) else { return };
    let mut stranger = data.to_vec();
    // A tag of 32 bits is met by chance once in so many runs.
    let is_short = NAMES[usize::from(choice) % NAMES.len()].ends_with("_32");
    assert!(ours.unprotect(&mut stranger).is_err() || is_short);
    let mut stranger = data.to_vec();
    assert!(ours.unprotect_report(&mut stranger).is_err());
    let mut packet = data.to_vec();
    packet.resize(data.len() + 32, 0);
    if let Ok(length) = ours.protect(&mut packet, data.len()) {
        let clear = theirs.unprotect(&mut packet[..length]).expect("what was just protected");
        assert_eq!(&packet[..clear], data);
    }
});
