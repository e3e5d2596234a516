"""The watch inside the application: rules and their approval, snapshots, sweeps, explanations, simulations."""
