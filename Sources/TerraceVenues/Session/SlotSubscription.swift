/// Where the subscription of an instrument is on one connection.
///
/// States and where they lead:
/// - `none`: nothing was sent, or all that was is over. A followed instrument's subscription is sent and leads to `asked`.
/// - `asked`: sent, not acknowledged. The acknowledgement leads to `stands`, a refusal to `refused`, the end of the need to `ending`.
/// - `stands`: acknowledged. The end of the need, and where snapshots come by subscribing also the need for one, leads to `ending`.
/// - `ending`: its end was sent, and nothing that comes of it counts. Acknowledged, it leads to `none`, so that an instrument that
///   is needed again is subscribed to behind the last message of the old subscription.
/// - `refused`: the venue will not. A new need, or the wish for a snapshot, leads to `none`.
///
/// A lost connection leads to `none` from everywhere.
struct SlotSubscription {
    enum Stage { case none, asked, stands, ending, refused }
    var stage = Stage.none
    /// It was in a message of several that the venue refused: it goes by itself.
    var isAlone = false
    /// It is ended to be made anew, since that brings a snapshot.
    var isRenewing = false
}
