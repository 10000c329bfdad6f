import TerraceCore

// The dead-man switch: venues that have one cancel everything unless they are told to wait.
extension VenueSession {
    func tendDeadMan() {
        guard self.traits.hasDeadManSwitch, self.settings.deadManMilliseconds > 0, self.isAccountHeard else { return }
        if self.now < self.deadManDue { return self.wake(by: self.deadManDue) }
        let pause = self.settings.deadManMilliseconds * 250_000
        self.deadManDue = self.now.advanced(by: pause)
        for slot in self.deadManAt.indices where self.register.standingCount(slot) > 0 {
            if self.now < self.deadManAt[slot] {
                self.deadManDue = min(self.deadManDue, self.deadManAt[slot])
                continue
            }
            let command = AccountCommand.deadMan(slot: slot, milliseconds: self.settings.deadManMilliseconds)
            // Less than comparisons have, which hundreds of instruments would never let happen.
            guard self.ask(command, .deadMan(slot: slot), percent: 40) else {
                self.deadManDue = self.weight.retryAt(self.now)
                break
            }
            self.deadManAt[slot] = self.now.advanced(by: pause)
        }
        self.wake(by: self.deadManDue)
    }
}
