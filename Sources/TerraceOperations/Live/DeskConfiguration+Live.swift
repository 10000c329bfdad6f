extension DeskConfiguration {
    /// What keeps this desk from being run with real venues, with the places in the file. Venues that no strategy uses are
    /// passed over.
    public func faults(of mode: RunMode?, _ catalogue: LiveVenueCatalogue) -> [Diagnostic] {
        let used = Set(self.venuesInUse)
        var found: [Diagnostic] = []
        func report(_ venue: VenueConfiguration, _ message: String) {
            found.append(Diagnostic(file: self.file, place: venue.place, severity: .error, message: message))
        }
        let names = catalogue.venues.map { $0.name }
        for venue in self.venues where used.contains(venue.name) {
            if venue.isSimulated {
                report(
                    venue,
                    "\(venue.name) is simulated: it can't be connected; take it off, or give the venue's real name")
                continue
            }
            guard let live = catalogue.venue(named: venue.name) else {
                report(
                    venue,
                    "\(venue.name) can't be connected yet: venues that can are \(names.joined(separator: ", "))")
                continue
            }
            switch mode {
            case nil: break  // Market data alone.
            case .live:
                if !live.takesOrders { report(venue, "\(venue.name) takes no orders from here yet: take it off") }
                if !venue.namesKey { report(venue, KeyError.notNamed(venue: venue.name).description) }
            case .paper, .dryRun:
                if venue.balances.isEmpty, !venue.namesKey {
                    report(
                        venue,
                        "nothing says what the account on \(venue.name) holds: give it \"balances\", or a key, and the "
                            + "venue is asked")
                }
            }
        }
        return found.sorted()
    }
}
